/* The answers of a form: gathered, put back, compared; fields that depend on an answer come and go. */
"use strict";

(() => {
  const HIDDEN = new Set(["csrf_token", "key", "seen", "edition", "task"]);
  const controls = (form) => [...form.elements].filter((one) => one.name && !HIDDEN.has(one.name)
    && one.type !== "file" && one.type !== "submit" && one.tagName !== "FIELDSET" && one.tagName !== "BUTTON");

  const collect = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !HIDDEN.has(name));

  /* Rows as they were numbered when the answers were kept: missing ones are made, others removed. */
  const shapeRows = (form, names) => {
    for (const list of form.querySelectorAll("[data-rows]")) {
      if (!list.querySelector(":scope > template")) continue;
      const start = `${list.dataset.rows}-`;
      const wanted = new Set(names.filter((name) => name.startsWith(start)).map((name) => Number(name.slice(start.length).split("-")[0])));
      const rows = [...list.querySelectorAll(":scope > [data-one]")];
      for (const row of rows) if (!wanted.has(Number(row.dataset.index))) row.remove();
      const there = new Set(rows.map((row) => Number(row.dataset.index)));
      for (const index of [...wanted].sort((a, b) => a - b)) if (!there.has(index)) tapak.addRow(list, index);
    }
  };

  const restore = (form, pairs, files = []) => {
    const values = new Map();
    for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
    const names = [...values.keys(), ...files];
    for (let depth = 0; depth < 3; depth += 1) shapeRows(form, names);
    for (const one of controls(form)) {
      const given = values.get(one.name);
      if (one.type === "checkbox" || one.type === "radio") one.checked = given?.includes(one.value) ?? false;
      else if (given) one.value = given[0];
    }
    conditions(form);
  };

  const answer = (form, name) => {
    const found = controls(form).filter((one) => one.name === name && !one.matches(":disabled"));
    const box = found.find((one) => one.type === "checkbox" || one.type === "radio");
    return box ? (found.find((one) => one.checked)?.value ?? "") : (found[0]?.value ?? "");
  };

  /* The same conditions as the server's, where they compare one answer with one value. */
  const conditions = (form) => {
    for (let pass = 0; pass < 2; pass += 1) {
      for (const part of form.querySelectorAll("fieldset.maybe")) {
        const [scope, key, equal, value] = JSON.parse(part.dataset.hide);
        const row = scope ? part.closest("[data-one]") : null;
        const prefix = row ? `${row.closest("[data-rows]").dataset.rows}-${row.dataset.index}-` : "";
        const away = (answer(form, prefix + key) === value) === equal;
        part.hidden = away;
        part.disabled = away;
      }
    }
  };

  const text = (element) => element?.textContent.replace(/\s+/g, " ").trim() ?? "";

  const labelOf = (one) => {
    const field = one.closest(".field, .rows");
    const label = text(field?.querySelector(":scope > fieldset > legend") ?? field?.querySelector(":scope > label")) || one.name;
    const heads = [];
    for (let row = one.closest("[data-one]"); row; row = row.parentElement.closest("[data-one]")) {
      heads.unshift(text(row.querySelector(":scope > .row-head h2")));
    }
    return [...heads, label].join(", ");
  };

  const said = (one) => {
    if (one.tagName === "SELECT") return one.value ? text(one.selectedOptions[0]) : "";
    if (one.type !== "checkbox" && one.type !== "radio") return one.value;
    const file = one.closest("[data-files] > li");
    return one.checked ? text(file ? file.querySelector(".name") : one.closest("label")) : "";
  };

  /* What people read of the answers: {name: {label, text}}, in the order of the page. */
  const described = (form) => {
    const found = {};
    for (const one of controls(form)) {
      if (one.matches(":disabled") || one.type === "hidden") continue;
      const words = said(one);
      found[one.name] ??= { label: labelOf(one), text: "" };
      if (words) found[one.name].text = found[one.name].text ? `${found[one.name].text}, ${words}` : words;
    }
    return found;
  };

  /* The names whose answers differ. */
  const differences = (mine, theirs) => [...new Set([...Object.keys(mine), ...Object.keys(theirs)])]
    .filter((name) => (mine[name]?.text ?? "") !== (theirs[name]?.text ?? ""));

  /* Theirs, with these names answered as in mine. */
  const merged = (mine, theirs, chosen) => [
    ...theirs.filter(([name]) => !chosen.has(name)), ...mine.filter(([name]) => chosen.has(name)),
  ];

  tapak.answers = { collect, restore, conditions, described, differences, merged };
})();
