/* What pages gain when scripts run; every page works without. No library, nothing inline. */
"use strict";

(() => {
  self.tapak = self.tapak || {};
  const words = document.body.dataset;
  document.documentElement.classList.add("js");
  const wakeCameras = (place) => place.querySelectorAll("[data-camera]").forEach((input) => { input.disabled = false; });
  wakeCameras(document);

  /* Dynamic rows: the template of a row is copied; without a script the same buttons go to the server. */
  const numbered = (html, depth, index) =>
    html.replaceAll(`__${depth}__`, index).replaceAll(`__n${depth}__`, index + 1);

  const addRow = (list, wanted) => {
    const rows = list.querySelectorAll(":scope > [data-one]");
    if (rows.length >= Number(list.dataset.max)) return null;
    const used = [...rows].map((row) => Number(row.dataset.index ?? -1));
    const index = wanted ?? Math.max(rows.length - 1, ...used) + 1;
    const depth = list.querySelector(":scope > p > [data-add]").dataset.add;
    const template = list.querySelector(":scope > template");
    const holder = document.createElement("template");
    holder.innerHTML = numbered(template.innerHTML, depth, index);
    const row = holder.content.firstElementChild;
    row.dataset.index = index;
    template.before(row);
    wakeCameras(row);
    row.dispatchEvent(new CustomEvent("tapak:row", { bubbles: true }));
    return row;
  };

  tapak.addRow = addRow;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.add) {
      event.preventDefault();
      addRow(button.closest("[data-rows]"))?.querySelector("input, select, textarea")?.focus();
    } else if (button && "remove" in button.dataset) {
      event.preventDefault();
      const list = button.closest("[data-rows]");
      button.closest("[data-one]").remove();
      list.dispatchEvent(new CustomEvent("tapak:row", { bubbles: true }));
      list.querySelector("legend").focus();
    }
    const large = event.target.closest("a[data-large]");
    if (large && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      showLarge(large);
    }
    const menu = document.querySelector("details.menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector("details.menu[open]");
    if (event.key === "Escape" && menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  const showLarge = (link) => {
    const dialog = document.createElement("dialog");
    dialog.className = "large";
    const image = new Image();
    image.src = link.href;
    image.alt = link.querySelector("img").alt;
    dialog.append(image);
    dialog.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
    document.body.append(dialog);
    dialog.showModal();
  };

  /* Chosen files are shown before they are sent. */
  const size = (bytes) => bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

  const chosen = new WeakMap(); /* input -> the files gathered so far: a second photo joins the first */

  const gather = (input, files) => {
    const kept = input.multiple ? [...(chosen.get(input) ?? [])] : [];
    const room = Number(input.dataset.count) - input.closest(".field").querySelectorAll("[data-files] [type=checkbox]:checked").length;
    chosen.set(input, [...kept, ...files].slice(0, Math.max(room, 1)));
    showChosen(input);
  };

  const showChosen = (input) => {
    const transfer = new DataTransfer();
    chosen.get(input).forEach((file) => transfer.items.add(file));
    input.files = transfer.files;
    const list = input.closest(".field").querySelector("[data-files]");
    list.querySelectorAll("[data-chosen]").forEach((item) => item.remove());
    chosen.get(input).forEach((file) => list.append(chosenItem(input, file)));
  };

  const chosenItem = (input, file) => {
    const item = document.createElement("li");
    item.dataset.chosen = "";
    if (file.type.startsWith("image/")) {
      const image = new Image();
      image.src = URL.createObjectURL(file);
      image.alt = "";
      image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
      item.append(image);
    }
    const name = document.createElement("span");
    const large = Number(input.dataset.max) > 0 && file.size > Number(input.dataset.max);
    name.className = large ? "name error" : "name";
    name.textContent = `${file.name} · ${size(file.size)}${large ? ` · ${words.big}` : ""}`;
    const away = document.createElement("button");
    away.type = "button";
    away.className = "button quiet small";
    away.textContent = words.remove;
    away.setAttribute("aria-label", `${words.remove} ${file.name}`);
    away.addEventListener("click", () => {
      chosen.set(input, chosen.get(input).filter((other) => other !== file));
      showChosen(input);
      input.focus();
    });
    item.append(name, away);
    return item;
  };

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file" || !input.files.length) return;
    if ("preview" in input.dataset) gather(input, [...input.files]);
    else if (input.dataset.camera) {
      gather(document.getElementById(input.dataset.camera), [...input.files]);
      input.value = "";
    }
  });

  /* A form is sent once. One with files is sent with progress, and stays as it is when the signal breaks. */
  const withFiles = (form) => [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);

  const busy = (form, on) => form.querySelectorAll("button").forEach((button) => {
    button.setAttribute("aria-busy", String(on));
    button.disabled = on;
  });

  const sendWithProgress = (form, submitter) => {
    const data = new FormData(form, submitter);
    const request = new XMLHttpRequest();
    const shown = form.querySelector(".sending") ?? form.appendChild(document.createElement("div"));
    shown.className = "sending on";
    shown.setAttribute("role", "status");
    shown.textContent = words.sending;
    const bar = document.createElement("progress");
    bar.max = 100;
    shown.append(bar);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("load", () => {
      if (request.responseURL !== new URL(submitter?.formAction || form.action, location.href).href) {
        location.assign(request.responseURL);
        return;
      }
      document.open();
      document.write(request.responseText);
      document.close();
    });
    request.addEventListener("error", () => {
      busy(form, false);
      shown.textContent = words.lost;
      shown.className = "sending on alert warning";
    });
    request.open("POST", submitter?.formAction || form.action);
    request.send(data);
    busy(form, true);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (event.submitter?.formTarget === "_blank") return; /* a look in another tab: this page stays as it is */
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
    } else if (form.enctype === "multipart/form-data" && withFiles(form)) {
      event.preventDefault();
      sendWithProgress(form, event.submitter);
    } else {
      setTimeout(() => busy(form, true));
    }
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => busy(form, false)));

  document.querySelector("[data-focus]")?.focus();

  /* Who fills in forms has the house's files on the phone, once everything else is here. */
  if (words.worker && "serviceWorker" in navigator) {
    window.addEventListener("load", () => navigator.serviceWorker.register(words.worker).catch(() => undefined));
  }
})();
