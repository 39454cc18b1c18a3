/* The form editor, speaking the page's language. It has no words of its own to set: what it says is changed as it comes
   on the page, in its own parts alone and never in what a form's author wrote; `words` are as in drawings_words.js. */
"use strict";

const FORM_EDITOR_PARTS = [
  ".fjs-palette-container", ".fjs-properties-container", ".fjs-context-pad-container", ".fjs-empty-editor",
  ".bio-properties-panel-popup", ".bio-properties-panel-tooltip", ".fjs-drag-preview",
].join(", ");
const WRITTEN_BY_AUTHORS = ".bio-properties-panel-header-label, .bio-properties-panel-collapsible-entry-header-title, .cm-content";
const TOLD_IN = ["title", "placeholder", "aria-label"];

const speakAs = (words) => {
  const own = (element) => element?.closest(FORM_EDITOR_PARTS) && !element.closest(WRITTEN_BY_AUTHORS);
  const text = (node) => {
    const said = node.data.trim();
    if (Object.hasOwn(words, said) && words[said] !== said && own(node.parentElement)) node.data = node.data.replace(said, words[said]);
  };
  const attributes = (element) => {
    for (const name of TOLD_IN) {
      const said = element.getAttribute(name)?.trim();
      if (said && Object.hasOwn(words, said) && words[said] !== said && own(element)) element.setAttribute(name, words[said]);
    }
  };
  const all = (root) => {
    if (root.nodeType === Node.TEXT_NODE) { text(root); return; }
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = root; node; node = walker.nextNode()) (node.nodeType === Node.TEXT_NODE ? text : attributes)(node);
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") text(change.target);
      else if (change.type === "attributes") attributes(change.target);
      else change.addedNodes.forEach(all);
    }
  }).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: TOLD_IN,
  });
};

/* The kinds of fields, as they are offered and as a new one is first called. */
const namedFields = (words) => {
  const named = (name) => words[name] ?? name;
  function FieldNames(formFields) {
    for (const { config } of Object.values(formFields._formFields)) {
      const create = config.create;
      if (config.name) config.name = named(config.name);
      if (config.label) config.label = named(config.label);
      config.create = (options = {}) => { /* also called for each field of a form that is opened: its label is its own */
        const made = create(options);
        return made.label && !("label" in options) ? { ...made, label: named(made.label) } : made;
      };
    }
  }
  FieldNames.$inject = ["formFields"];
  return { __init__: ["fieldNames"], fieldNames: ["type", FieldNames] };
};

const newFormEditor = async (container, address) => {
  const words = await wordsAt(address);
  if (Object.keys(words).length) speakAs(words);
  return new FormEditor.FormEditor({ container, additionalModules: [namedFields(words)] });
};
