/* A form is edited with form-js. When the text is no form that can be opened, the text itself stays to be mended. */
"use strict";

edit("form", async (form) => {
  const bench = form.querySelector(".bench"), text = form.elements.text, state = form.querySelector(".state");
  bench.hidden = false;
  const editor = await newFormEditor(bench.querySelector(".canvas"), form.dataset.words);
  try {
    await editor.importSchema(JSON.parse(text.value));
  } catch (error) {
    bench.hidden = true;
    state.textContent = form.dataset.failed;
    state.classList.add("lost");
    console.warn(error.message);
    return;
  }
  form.querySelector(".source").open = false;
  let byHand = false; /* whether the text was edited and not the form */
  const changed = keep(form, async () => (byHand ? text.value : JSON.stringify(editor.saveSchema(), null, 2)));
  editor.on("changed", () => { byHand = false; changed(); });
  text.addEventListener("input", () => { byHand = true; changed(); });
  /* What is typed into the editor's own fields is no answer of this page's form, and Enter in them sends nothing. */
  bench.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault(); });
  form.dataset.ready = "";
});
