/* Keeps a draft while it is edited: a moment after each change it is sent, and before the page is left without it.
   An editor calls keep(form, write): `write` gives the text as it is now, or rejects while it cannot be written. */
"use strict";

const IDLE = 1500; /* milliseconds without a change before it is sent */

/* Runs an editor on each form of this kind once there is room for it: on a phone there is none, and nothing is loaded. */
const edit = (kind, open) => document.querySelectorAll(`[data-editor=${kind}]`).forEach((form) => {
  const roomy = matchMedia("(min-width: 900px)");
  const begin = () => { if (roomy.matches) { roomy.removeEventListener("change", begin); open(form); } };
  roomy.addEventListener("change", begin);
  begin();
});

const keep = (form, write) => {
  const state = form.querySelector(".state");
  let timer = null, dirty = false, sending = false, ended = false;
  const say = (text, lost = false) => { state.textContent = text; state.classList.toggle("lost", lost); };
  const send = async () => {
    if (sending || !dirty || ended) return;
    sending = true; dirty = false;
    try {
      form.elements.text.value = await write();
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin",
      });
      const said = await answer.json();
      if (answer.ok) {
        form.elements.seen.value = said.seen; form.elements.key.value = said.key;
        say(`${form.dataset.kept} ${new Date().toLocaleTimeString(document.documentElement.lang)}`);
      } else { ended = answer.status === 409; dirty = true; say(said.message ?? form.dataset.lost, true); }
    } catch (error) {
      dirty = true; say(form.dataset.lost, true);
      timer = setTimeout(send, 10 * IDLE);
      console.warn(error.message);
    }
    sending = false;
    if (dirty && !ended && timer === null) timer = setTimeout(send, IDLE);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer); ended = true;
    form.querySelectorAll(".actions button").forEach((button) => button.setAttribute("aria-busy", "true"));
    while (sending) await new Promise((done) => setTimeout(done, 50));
    try { form.elements.text.value = await write(); } catch (error) { console.warn(error.message); }
    dirty = false;
    form.submit();
  });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  return () => {
    if (ended) return;
    dirty = true; say(form.dataset.changed);
    clearTimeout(timer);
    timer = setTimeout(() => { timer = null; send(); }, IDLE);
  };
};
