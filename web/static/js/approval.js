/* Keys for the desk. On a decision: s approves, k opens the reasons for giving back, n goes to the next. In the queue:
   j and k walk, Enter opens, x ticks. ? tells them all. Never while typing. */
"use strict";

(() => {
  const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea, dialog");
  const rows = () => [...document.querySelectorAll(".queue.deciding tbody tr")];

  const walk = (step) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.findIndex((row) => row.hasAttribute("data-at"));
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    all.forEach((row) => row.removeAttribute("data-at"));
    next.setAttribute("data-at", "");
    next.querySelector(".actions a, .actions button")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  };

  const tick = () => {
    const box = document.querySelector(".queue tr[data-at] input[type=checkbox]");
    if (box) box.checked = !box.checked;
    return Boolean(box);
  };

  const help = () => {
    const line = document.querySelector(".keys");
    if (!line) return false;
    let box = document.querySelector("dialog.help-keys");
    if (!box) {
      box = document.createElement("dialog");
      box.className = "help-keys";
      const words = document.createElement("p");
      words.append(...line.cloneNode(true).childNodes);
      const close = document.createElement("form");
      close.method = "dialog";
      const button = document.createElement("button");
      button.className = "button quiet";
      button.textContent = "OK";
      close.append(button);
      box.append(words, close);
      document.body.append(box);
    }
    box.showModal();
    return true;
  };

  /* A link to a part that is folded up opens it. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const part = link && document.getElementById(link.getAttribute("href").slice(1));
    if (part instanceof HTMLDetailsElement) part.open = true;
  });

  /* A photo shown large: the arrows and a swipe lead to the next one. */
  const turn = (step) => {
    const image = document.querySelector("dialog.large[open] img");
    const links = [...document.querySelectorAll("a[data-large]")];
    const at = links.findIndex((link) => image && link.href === image.src);
    const next = links[at + step];
    if (at < 0 || !next) return false;
    image.src = next.href;
    image.alt = next.querySelector("img").alt;
    return true;
  };
  let from = null;
  document.addEventListener("touchstart", (event) => { from = event.changedTouches[0].clientX; }, { passive: true });
  document.addEventListener("touchend", (event) => {
    const moved = event.changedTouches[0].clientX - (from ?? event.changedTouches[0].clientX);
    if (Math.abs(moved) > 40 && turn(moved < 0 ? 1 : -1)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") turn(event.key === "ArrowRight" ? 1 : -1);
  });

  const press = (key) => {
    const target = document.querySelector(`[data-key="${key}"]`);
    if (!target || (target.disabled ?? false)) return false;
    if (target instanceof HTMLDetailsElement) target.open = true;
    else target.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const act = {
      "?": help, j: () => walk(1), x: tick, s: () => press("s"), n: () => press("n"),
      k: () => (rows().length ? walk(-1) : press("k")),
    }[event.key];
    if (act?.()) event.preventDefault();
  });

  const reasons = document.querySelector(".give-back");
  reasons?.addEventListener("toggle", () => {
    if (reasons.open) reasons.querySelector("form select, form input:not([type=hidden]), form textarea")?.focus();
  });
})();
