/* Fields that depend on another answer appear and vanish while the form is filled in; without a script a button does it. */
"use strict";

(() => {
  const form = document.querySelector("form[data-conditional]");
  if (!form) return;
  const answer = (key) => {
    const part = form.elements[key];
    if (!part) return "";
    return part.type === "checkbox" ? String(part.checked) : part.value;
  };
  const draw = () => form.querySelectorAll("[data-hide]").forEach((part) => {
    const [, key, equal, value] = JSON.parse(part.dataset.hide);
    part.hidden = part.disabled = (answer(key) === value) === equal;
  });
  form.addEventListener("change", draw);
  draw();
})();
