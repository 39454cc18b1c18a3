/* The list of those who were there: the reason appears with the exception; leaving with unsaved marks is asked about. */
"use strict";

(() => {
  const form = document.querySelector("form[data-attendance]");
  if (!form) return;
  document.documentElement.classList.add("scripted");
  let changed = false;
  form.addEventListener("change", (event) => {
    changed = true;
    if (!event.target.matches("[data-status]")) return;
    const member = event.target.closest(".member");
    const marked = event.target.value !== "present";
    member.classList.toggle("marked", marked);
    if (marked) member.querySelector(".reason")?.focus();
  });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
})();
