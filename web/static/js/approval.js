/* Keys for the desk: s approves, k opens the reasons for giving back, n goes to the next. Never while typing. */
"use strict";

(() => {
  const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea, dialog");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    if (!["s", "k", "n"].includes(event.key)) return;
    const target = document.querySelector(`[data-key="${event.key}"]`);
    if (!target || (target.disabled ?? false) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
    } else {
      target.click();
    }
  });

  const reasons = document.querySelector(".give-back");
  reasons?.addEventListener("toggle", () => {
    if (reasons.open) reasons.querySelector("form select, form input:not([type=hidden]), form textarea")?.focus();
  });
})();
