/* The drawing is edited with bpmn-js; beside it stand the few facts of the chosen element that a drawing cannot show.
   When the text is no drawing that can be opened, the text itself stays to be mended. */
"use strict";

edit("bpmn", async (form) => {
  const bench = form.querySelector(".bench"), text = form.elements.text, state = form.querySelector(".state");
  bench.hidden = false;
  const modeler = newModeler(bench.querySelector(".canvas"), await wordsAt(form.dataset.words));
  let unknown = 0; /* parts of the text that the editor does not understand, and would not write again */
  try {
    unknown = (await modeler.importXML(text.value)).warnings.length;
  } catch (error) {
    bench.hidden = true;
    state.textContent = form.dataset.failed;
    state.classList.add("lost");
    console.warn(error.message);
    return;
  }
  form.querySelector(".source").open = unknown > 0;
  form.querySelector(".unknown").hidden = unknown === 0;
  modeler.get("canvas").zoom("fit-viewport", "auto");
  const modeling = modeler.get("modeling"), factory = modeler.get("bpmnFactory"), moddle = modeler.get("moddle");
  let byHand = false; /* whether the text was edited and not the drawing */
  const changed = keep(form, async () => (byHand ? text.value : (await modeler.saveXML({ format: true })).xml));
  modeler.on("commandStack.changed", () => { byHand = false; changed(); });
  text.addEventListener("input", () => { byHand = true; changed(); });
  facts(form, modeler, modeling, factory, moddle);
  form.dataset.ready = "";
});

function facts(form, modeler, modeling, factory, moddle) {
  const side = form.querySelector(".side"), hint = side.querySelector(".hint"), wrong = side.querySelector(".wrong-id");
  let chosen = null;
  const object = () => chosen.businessObject;
  const timer = () => (object().eventDefinitions ?? []).find((one) => one.$type === "bpmn:TimerEventDefinition");
  const TIMES = ["timeDate", "timeDuration", "timeCycle"];
  const read = {
    id: () => object().id, name: () => object().name ?? "",
    condition: () => object().conditionExpression?.body ?? "",
    "timer-kind": () => TIMES.find((kind) => timer()?.[kind]) ?? "timeDuration",
    timer: () => TIMES.map((kind) => timer()?.[kind]?.body).find(Boolean) ?? "",
    documentation: () => object().documentation?.[0]?.text ?? "",
  };
  const clock = (kind, body) => modeling.updateModdleProperties(chosen, timer(), Object.fromEntries(TIMES.map((one) => [
    one, one === kind ? factory.create("bpmn:FormalExpression", { body }) : undefined,
  ])));
  const write = {
    id: (value) => modeling.updateProperties(chosen, { id: value }),
    name: (value) => modeling.updateProperties(chosen, { name: value || undefined }),
    condition: (value) => modeling.updateProperties(chosen, {
      conditionExpression: value ? factory.create("bpmn:FormalExpression", { body: value }) : undefined,
    }),
    "timer-kind": (value) => clock(value, read.timer()),
    timer: (value) => clock(side.querySelector("[data-property=timer-kind]").value, value),
    documentation: (value) => modeling.updateProperties(chosen, {
      documentation: value ? [factory.create("bpmn:Documentation", { text: value })] : [],
    }),
  };
  const show = () => {
    const kinds = chosen ? ["any", object().$type === "bpmn:SequenceFlow" && "flow", timer() && "timer"] : [];
    hint.hidden = Boolean(chosen);
    wrong.hidden = true;
    for (const part of side.querySelectorAll("[data-for]")) {
      part.hidden = !kinds.includes(part.dataset.for);
      const input = part.querySelector("[data-property]");
      if (!part.hidden && input !== document.activeElement) input.value = read[input.dataset.property]();
    }
  };
  modeler.on("selection.changed", ({ newSelection }) => {
    const [one] = newSelection.length === 1 ? newSelection : [];
    chosen = one ? (one.labelTarget ?? one) : null;
    show();
  });
  modeler.on("commandStack.changed", () => { if (chosen && !modeler.get("elementRegistry").get(chosen.id)) chosen = null; show(); });
  side.addEventListener("change", ({ target }) => {
    const property = target.dataset.property, value = target.value.trim();
    if (!chosen || !property) return;
    if (property === "id" && (!/^[A-Za-z_][\w.-]*$/.test(value) || (value !== object().id && moddle.ids.assigned(value)))) {
      wrong.hidden = false;
      target.value = read.id();
      return;
    }
    write[property](value);
  });
}
