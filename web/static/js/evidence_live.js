/* Conditions that only the server can decide: it draws the form again, and only its fields are exchanged. */
"use strict";

(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const live = new Set(form.dataset.live.split(" ").filter(Boolean));
  let asked = 0;

  tapak.live = async (page, input) => {
    if (!live.has(input.name.split("-").at(-1))) return;
    const mine = ++asked;
    const before = JSON.stringify(tapak.answers.collect(form));
    const data = new FormData(form);
    data.append("_show", "1");
    const answer = await fetch(form.action, { method: "POST", body: data }).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-fields]");
    if (!drawn || JSON.stringify(tapak.answers.collect(form)) !== before) return;
    const fresh = document.importNode(drawn, true);
    fresh.querySelectorAll("[data-camera]").forEach((camera) => { camera.disabled = false; });
    form.querySelector("[data-fields]").replaceWith(fresh);
    for (const photo of await tapak.pictures.mine(page)) tapak.pictures.show(page, photo);
    [...form.elements].find((one) => one.name === input.name && one.value === input.value)?.focus({ preventScroll: true });
  };
})();
