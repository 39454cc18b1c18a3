/* Puts onto each place of the drawing how many bodies stand there: the marks of the list below, as links. */
"use strict";

const picture = document.querySelector("[data-drawing]");

const put = () => {
  const viewer = picture.viewer;
  const registry = viewer.get("elementRegistry");
  for (const item of document.querySelectorAll("[data-places] [data-node]")) {
    if (!registry.get(item.dataset.node)) continue;
    const mark = item.querySelector(".mark").cloneNode(true);
    viewer.get("overlays").add(item.dataset.node, { position: { top: -16, left: -12 }, html: mark });
  }
};

new MutationObserver((_changes, observer) => {
  if (!("ready" in picture.dataset)) return;
  observer.disconnect();
  put();
}).observe(picture, { attributes: true, attributeFilter: ["data-ready"] });
