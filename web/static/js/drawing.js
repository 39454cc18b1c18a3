/* Shows a drawing and marks where the body stands: data-drawing is its address; data-here, data-passed and data-late
   are element ids, parted by blanks; data-focus is the one to look at where none is marked as here. */
"use strict";

const READABLE = 0.8; /* below this scale the labels are too small, so only the present place is shown */

document.querySelectorAll("[data-drawing]").forEach(async (place) => {
  const viewer = new BpmnJS({ container: place });
  place.viewer = viewer;
  try {
    const answer = await fetch(place.dataset.drawing, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    await viewer.importXML(await answer.text());
  } catch (error) {
    const undrawn = /no diagram/i.test(error.message); /* a flow may be written down without a picture */
    place.textContent = undrawn ? place.dataset.undrawn : place.dataset.failed;
    place.classList.add("failed");
    place.dataset.ready = "";
    if (!undrawn) console.error(error);
    return;
  }
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  for (const mark of ["passed", "here", "late"]) {
    for (const id of (place.dataset[mark] ?? "").split(" ")) {
      if (registry.get(id)) canvas.addMarker(id, mark);
    }
  }
  const present = registry.get((place.dataset.here || place.dataset.focus || "").split(" ")[0]);
  if (canvas.zoom("fit-viewport", "auto") < READABLE && present) {
    const { width, height } = canvas.viewbox().outer;
    canvas.viewbox({
      x: present.x + present.width / 2 - width / READABLE / 2,
      y: present.y + present.height / 2 - height / READABLE / 2,
      width: width / READABLE,
      height: height / READABLE,
    });
  }
  place.dataset.ready = "";
});
