/* The evidence form with a script: each file is sent at once, and fields that depend on an answer come and go. */
"use strict";

(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const words = form.dataset;
  const token = form.elements.csrf_token.value;
  const queue = [];
  let running = null;
  let held = null;

  const line = (list, file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.setAttribute("aria-label", file.name);
    const box = document.createElement("div");
    box.className = "upload";
    box.append(name, bar);
    item.append(box);
    list.append(item);
    return { item, bar, name };
  };

  const kept = (job, file) => {
    const { item } = job.shown;
    item.className = "";
    item.replaceChildren();
    if (file.small) {
      const image = new Image(72, 56);
      image.src = file.small;
      image.alt = "";
      item.append(image);
    }
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = file.name;
    const use = document.createElement("label");
    use.className = "choice";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.name = job.field;
    box.value = file.sha256;
    box.checked = true;
    const word = document.createElement("span");
    word.textContent = words.use;
    use.append(box, word);
    item.append(name, use);
  };

  const failed = (job, message, mayRetry) => {
    const { item, name, bar } = job.shown;
    item.className = "failed";
    name.textContent = `${job.file.name}: ${message}`;
    name.setAttribute("role", "alert");
    bar.remove();
    if (!mayRetry) return;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button quiet small";
    again.textContent = words.again;
    again.addEventListener("click", () => {
      const list = item.parentElement;
      item.remove();
      job.shown = line(list, job.file);
      queue.push(job);
      next();
    });
    item.append(again);
  };

  const done = () => {
    running = null;
    next();
  };

  const next = () => {
    if (running) return;
    running = queue.shift() ?? null;
    if (running) {
      send(running);
    } else if (held !== null) {
      const submitter = held;
      held = null;
      if (!form.querySelector("li.failed")) form.requestSubmit(submitter);
    }
  };

  const send = (job) => {
    const request = new XMLHttpRequest();
    const data = new FormData();
    data.append("csrf_token", token);
    data.append("field", job.field);
    data.append("file", job.file);
    request.responseType = "json";
    request.timeout = 180000;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) job.shown.bar.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("load", () => {
      const answer = request.response ?? {};
      if (request.status === 200) kept(job, answer);
      else failed(job, answer.error ?? answer.message ?? words.failed, request.status >= 500);
      done();
    });
    for (const trouble of ["error", "timeout", "abort"]) {
      request.addEventListener(trouble, () => { failed(job, words.failed, true); done(); });
    }
    request.open("POST", words.upload);
    request.setRequestHeader("Accept", "application/json");
    request.send(data);
  };

  /* Before tapak.js sees the change: a file that was sent at once is not sent again with the form. */
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file" || input.form !== form) return;
    event.stopImmediatePropagation();
    const list = input.closest(".field").querySelector("[data-files]");
    const field = input.dataset.camera ?? input.name;
    for (const file of input.files) queue.push({ field, file, shown: line(list, file) });
    input.value = "";
    next();
  }, true);

  form.addEventListener("submit", (event) => {
    if (!running) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held = event.submitter;
    const waiting = form.querySelector(".sending") ?? form.appendChild(document.createElement("div"));
    waiting.className = "sending on";
    waiting.setAttribute("role", "status");
    waiting.textContent = words.wait;
  }, true);

  /* Fields that depend on an answer: the server draws the form again, and only its fields are exchanged. */
  const live = new Set(words.live.split(" ").filter(Boolean));
  const isLive = (name) => live.has(name.split("-").at(-1));
  let asked = 0;

  const refresh = async (changed) => {
    const mine = ++asked;
    const data = new FormData(form);
    data.append("_show", "1");
    const answer = await fetch(form.action, { method: "POST", body: data }).catch(() => null);
    if (!answer?.ok || mine !== asked || running) return;
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fields = drawn.querySelector("[data-fields]");
    const here = form.querySelector("[data-fields]");
    if (!fields || mine !== asked || JSON.stringify([...new FormData(form)].map(String)) !== changed.before) return;
    const fresh = document.importNode(fields, true);
    fresh.querySelectorAll("[data-camera]").forEach((camera) => { camera.disabled = false; });
    here.replaceWith(fresh);
    const again = [...form.elements].find((one) => one.name === changed.name && one.value === changed.value);
    again?.focus({ preventScroll: true });
  };

  form.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.name || !isLive(input.name) || running) return;
    const before = JSON.stringify([...new FormData(form)].map(String));
    refresh({ name: input.name, value: input.value, before });
  });
})();
