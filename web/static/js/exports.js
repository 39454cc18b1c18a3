/* A form whose answer is a file leaves the page as it is: its buttons can be pressed again. */
"use strict";

document.querySelectorAll("form[data-download]").forEach((form) => form.addEventListener("submit", () => {
  setTimeout(() => form.querySelectorAll("button").forEach((button) => {
    button.disabled = false;
    button.setAttribute("aria-busy", "false");
  }), 1500);
}));
