/* The form editor makes style sheets of its own while it runs. Our pages allow no inline styles, so each becomes a
   constructed sheet of this document, which needs no allowance; in its place stands an element without a meaning.
   Loaded before the editor. */
"use strict";

const made = document.createElement;
document.createElement = function (name, ...rest) {
  const isStyle = String(name).toLowerCase() === "style";
  const element = made.call(this, isStyle ? "meta" : name, ...rest);
  if (isStyle) {
    const sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    let held = "";
    Object.defineProperty(element, "sheet", { value: sheet });
    Object.defineProperty(element, "textContent", {
      get: () => held, set: (text) => { held = String(text); sheet.replaceSync(held); },
    });
  }
  return element;
};
