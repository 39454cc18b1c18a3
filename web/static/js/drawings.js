/* Shows drawings with what was found or changed in them, and plays the way to a fault step by step.
   data-picture is the address; data-marks {element: class}; data-numbers {element: [numbers of findings]}. */
"use strict";

const STEP = 900; /* milliseconds from one step to the next */
const READABLE = 0.75; /* below this scale the labels cannot be read, so the first mark is shown instead of all */
const pictures = new Map();
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const draw = async (place) => {
  const viewer = new BpmnJS({ container: place });
  try {
    const answer = await fetch(place.dataset.picture, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    await viewer.importXML(await answer.text());
  } catch (error) {
    place.textContent = place.dataset.failed;
    place.classList.add("failed");
    console.warn(error.message);
    return null;
  }
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const marks = JSON.parse(place.dataset.marks ?? "{}");
  for (const [id, mark] of Object.entries(marks)) {
    if (registry.get(id)) canvas.addMarker(id, mark);
  }
  for (const [id, numbers] of Object.entries(JSON.parse(place.dataset.numbers ?? "{}"))) {
    if (!registry.get(id)) continue;
    const sign = document.createElement("span");
    sign.className = `number ${marks[id] ?? ""}`;
    sign.textContent = numbers.join(", ");
    viewer.get("overlays").add(id, { position: { top: -12, left: -12 }, html: sign });
  }
  canvas.zoom("fit-viewport", "auto");
  const first = Object.keys(marks).find((id) => registry.get(id));
  const begin = first ? registry.get(first) : registry.find((one) => one.type === "bpmn:StartEvent");
  if (begin && canvas.zoom() < (first ? READABLE : READABLE / 3)) bring(canvas, begin);
  place.dataset.ready = "";
  return { canvas, registry };
};

/* The element stands in the middle, large enough to be read. */
const bring = (canvas, element) => {
  const box = element.waypoints
    ? { x: element.waypoints[0].x, y: element.waypoints[0].y, width: 0, height: 0 } : element;
  const { width, height } = canvas.viewbox().outer;
  const scale = Math.max(READABLE, Math.min(1, canvas.zoom()));
  canvas.viewbox({
    x: box.x + box.width / 2 - width / scale / 2, y: box.y + box.height / 2 - height / scale / 2,
    width: width / scale, height: height / scale,
  });
};

const inside = (canvas, element) => {
  const view = canvas.viewbox();
  const x = element.x ?? element.waypoints[0].x;
  const y = element.y ?? element.waypoints[0].y;
  return x > view.x && y > view.y && x + (element.width ?? 0) < view.x + view.width
    && y + (element.height ?? 0) < view.y + view.height;
};

document.querySelectorAll("[data-picture]").forEach((place) => pictures.set(place.id, draw(place)));

document.querySelectorAll("[data-show]").forEach((button) => button.addEventListener("click", async () => {
  const picture = await pictures.get(button.dataset.show);
  if (!picture) return;
  const { canvas, registry } = picture;
  const ids = JSON.parse(button.dataset.elements).filter((id) => registry.get(id));
  registry.forEach((element) => canvas.removeMarker(element, "shown"));
  ids.forEach((id) => canvas.addMarker(id, "shown"));
  document.getElementById(button.dataset.show).scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  if (ids.length) bring(canvas, registry.get(ids[0]));
}));

let playing = null; /* the button whose way is being played */

const clear = ({ canvas, registry }) => registry.forEach((element) => {
  for (const mark of ["walked", "walking", "shown"]) canvas.removeMarker(element, mark);
});

const stop = (button) => {
  clearTimeout(button.timer);
  button.querySelector(".word").textContent = button.word;
  button.removeAttribute("aria-pressed");
  playing = null;
};

document.querySelectorAll("[data-play]").forEach((button) => {
  button.word = button.querySelector(".word").textContent;
  const said = button.parentElement.querySelector(".now");
  button.addEventListener("click", async () => {
    const again = playing === button;
    if (playing) stop(playing);
    const picture = await pictures.get(button.dataset.play);
    if (!picture) return;
    clear(picture);
    if (again) { said.textContent = ""; return; }
    const { canvas, registry } = picture;
    const way = JSON.parse(button.dataset.path).filter((id) => registry.get(id));
    const goals = JSON.parse(button.dataset.elements).filter((id) => registry.get(id));
    const name = (id) => registry.get(id).businessObject.name || id;
    document.getElementById(button.dataset.play).scrollIntoView({ block: "center" });
    if (calm.matches) { /* nothing moves: the whole way stands there at once */
      way.forEach((id) => canvas.addMarker(id, "walked"));
      goals.forEach((id) => canvas.addMarker(id, "walking"));
      said.textContent = way.filter((id) => !registry.get(id).waypoints).map(name).join(" → ");
      return;
    }
    playing = button;
    button.querySelector(".word").textContent = button.dataset.stop;
    button.setAttribute("aria-pressed", "true");
    const flow = (id) => Boolean(registry.get(id).waypoints);
    const stops = way.filter((id) => !flow(id));
    const step = (number) => {
      if (number > 0) { canvas.removeMarker(way[number - 1], "walking"); canvas.addMarker(way[number - 1], "walked"); }
      if (number === way.length) {
        goals.forEach((id) => canvas.addMarker(id, "walking"));
        if (goals.length && !inside(canvas, registry.get(goals[0]))) bring(canvas, registry.get(goals[0]));
        stop(button);
        return;
      }
      const id = way[number];
      canvas.addMarker(id, "walking");
      if (!inside(canvas, registry.get(id))) bring(canvas, registry.get(id));
      if (!flow(id)) {
        said.textContent = button.dataset.step.replace("{number}", stops.indexOf(id) + 1)
          .replace("{all}", stops.length).replace("{name}", name(id));
      }
      button.timer = setTimeout(step, flow(id) ? STEP / 3 : STEP, number + 1);
    };
    step(0);
  });
});
