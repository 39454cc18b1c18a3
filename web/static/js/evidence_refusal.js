/* What the office refused, on the form that comes back filled in; and two versions of one draft side by side. */
"use strict";

(() => {
  const { make, icon } = tapak.pictures;

  const fieldOf = (form, name) => {
    const one = [...form.elements].find((element) => element.name === name) ?? document.getElementById(name);
    return one?.closest(".field, .rows") ?? null;
  };

  const clear = (page) => {
    if (page.shownRefusal) page.form.querySelectorAll(".alert.danger, .error.told").forEach((one) => one.remove());
    page.shownRefusal = null;
  };

  const show = (page, act) => {
    if (page.shownRefusal === act.id) return;
    clear(page);
    page.shownRefusal = act.id;
    const list = make("ul");
    for (const { name, label, message } of act.errors) {
      const text = label ? `${label}: ${message}` : message;
      list.append(make("li", {}, name ? make("a", { href: `#${name}`, textContent: text }) : text));
      const field = name && fieldOf(page.form, name);
      if (!field) continue;
      field.classList.add("wrong");
      const mark = make("p", { className: "error told" }, icon(page, "warning"), make("span", { textContent: message }));
      (field.querySelector("legend, label") ?? field.firstChild).after(mark);
    }
    const title = act.errors.length ? page.say("wrong", { count: act.errors.length }) : page.say("refused");
    const inside = make("div", {}, make("strong", { textContent: title }));
    if (!act.errors.length && act.sentence) inside.append(make("p", { textContent: act.sentence }));
    if (act.errors.length) inside.append(list);
    const alert = make("div", { className: "alert danger", tabIndex: -1 }, icon(page, "stop"), inside);
    alert.setAttribute("role", "alert");
    page.form.querySelector("[data-fields]").prepend(alert);
    alert.focus();
    alert.scrollIntoView({ block: "start" });
  };

  const choice = (name, value, words, text, checked) => make("label", { className: "choice" },
    make("input", { type: "radio", name: `choose ${name}`, value, checked }),
    make("span", {}, make("b", { textContent: words }), make("br"), text || "–"));

  /* `done` gets the names for which this phone's answer was chosen. */
  const compare = (page, mine, theirs, names, done) => {
    const box = make("section", { className: "card compare" });
    box.setAttribute("aria-label", page.say("compare"));
    box.append(make("h2", { textContent: page.say("compare") }), make("p", { textContent: page.say("compare_help") }));
    for (const name of names) {
      box.append(make("fieldset", {}, make("legend", { textContent: (mine[name] ?? theirs[name]).label }), make("div", { className: "two" },
        choice(name, "mine", page.say("mine"), mine[name]?.text, true),
        choice(name, "theirs", page.say("theirs"), theirs[name]?.text, false))));
    }
    const use = make("button", { type: "button", className: "button", textContent: page.say("use") });
    use.addEventListener("click", () => {
      const chosen = new Set(names.filter((name) => box.querySelector(`[name="choose ${CSS.escape(name)}"]:checked`)?.value === "mine"));
      box.remove();
      done(chosen);
    });
    box.append(use);
    page.form.before(box);
    box.scrollIntoView({ block: "start" });
  };

  tapak.refusal = { show, clear };
  tapak.comparison = { show: compare };
})();
