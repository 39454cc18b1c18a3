/* The editor of drawings, speaking the page's language: `newModeler(container, words)` makes one. `words` are what the
   editor says in English, each with what it is called here; what is not among them stays English. */
"use strict";

/* The words at this address, none without one: then the editor speaks English. */
const wordsAt = async (address) => {
  if (!address) return {};
  const answer = await fetch(address);
  return answer.ok ? answer.json() : {};
};

const newModeler = (container, words) => new BpmnJS({
  container,
  additionalModules: [{
    translate: ["value", (text, values = {}) => (words[text] ?? text).replace(
      /\{([^}]+)\}/g, (_, name) => values[name] ?? `{${name}}`,
    )],
  }],
});
