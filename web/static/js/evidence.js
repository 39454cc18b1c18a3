/* The evidence form on a bad line: every change is kept on the phone, every act waits in a queue until it is received.
   Without IndexedDB or a secure address the page stays an ordinary form. */
"use strict";

(() => {
  const place = document.querySelector("[data-place]");
  if (!place || !self.indexedDB || !self.crypto?.subtle) return;
  const { store, queue, answers, pictures } = tapak;
  const { make } = pictures;
  const form = document.querySelector("form[data-upload]");
  const panel = document.querySelector("#kiriman");
  const said = document.querySelector("#kata").dataset;
  const say = (key, values = {}) => (said[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const account = place.dataset.account;
  const id = `${account}|${place.dataset.place}`;
  const hidden = (name) => form?.elements[name]?.value ?? "";
  const base = () => ({ seen: hidden("seen"), edition: hidden("edition"), task: hidden("task") });
  let baseline = form ? answers.collect(form) : [];
  let theirs = form ? answers.described(form) : {};
  let comparing = false;
  let timer = null;
  let left = false;

  const page = {
    form, account, id, url: place.dataset.url, icons: place.dataset.icons, say,
    agreed: () => document.querySelector("#place-consent")?.checked ?? false,
    save: () => save(),
    changed: () => { save().then(() => queue.hurry()); render(); },
    note: (text) => { panel.querySelector("[data-note]").textContent = text; },
  };

  /* Kept at each change. */
  const draftNow = async () => ({
    ...(await store.get("drafts", id)), id, account, place: place.dataset.place, url: page.url,
    title: place.dataset.title, body: place.dataset.body, pairs: answers.collect(form), rows: answers.described(form),
    base: base(), at: Date.now(),
  });
  const save = async () => {
    clearTimeout(timer);
    if (!form || comparing || left) return;
    const draft = await draftNow();
    if (draft.queued) return;
    const changed = JSON.stringify(draft.pairs) !== JSON.stringify(baseline) || (await pictures.mine(page)).length;
    if (changed) await store.put("drafts", draft);
    else await store.remove("drafts", id);
    saved(changed ? draft.at : null);
  };
  const saved = (at) => {
    const line = panel.querySelector("[data-saved]");
    line.textContent = at ? say(navigator.onLine ? "saved" : "at", { time: clock(at) }) : "";
    panel.hidden = !panel.querySelector("[data-state]").textContent && !at && !panel.querySelector(".receipt");
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, 250);
  };
  const clock = (at) => new Date(at).toTimeString().slice(0, 5).replace(":", ".");

  /* A press on a button becomes an act in the queue. */
  const press = async (act) => {
    const draft = await draftNow();
    const photos = await pictures.mine(page);
    for (const old of (await acts()).filter((one) => one.state === "refused")) await store.remove("acts", old.id);
    const made = {
      id: pictures.uuid(), account, draft: id, url: page.url, act, pairs: draft.pairs, ...draft.base,
      photos: photos.map((one) => one.id), title: draft.title, body: draft.body, state: "waiting", posted: false,
      at: Date.now(), errors: [], sentence: "",
    };
    await store.enqueue(made, { ...draft, queued: made.id });
    await render();
    panel.scrollIntoView({ block: "start" });
    queue.askForSync();
    queue.hurry();
  };

  const acts = async () => (await store.all("acts", account)).filter((one) => one.draft === id)
    .sort((a, b) => b.at - a.at);
  const openOf = (all) => all.find((one) => one.state === "waiting" || one.state === "sending");

  const lock = (locked) => {
    form?.querySelectorAll("[data-fields], .actions").forEach((part) => { part.inert = locked; });
    form?.classList.toggle("locked", locked);
  };

  /* What the panel says: one sentence for where it is, a bar for how far, the last receipt. */
  const render = async () => {
    const [all, photos] = [await acts(), await pictures.mine(page)];
    const open = openOf(all);
    const refused = all.find((one) => one.state === "refused");
    const received = all.find((one) => one.state === "received");
    if (form) for (const photo of photos) pictures.show(page, photo);
    const sent = photos.filter((one) => one.state === "sent").length;
    const state = panel.querySelector("[data-state]");
    const total = photos.length + (open ? 1 : 0);
    const waiting = !navigator.onLine ? "offline" : tapak.state === "signed_out" ? "signin" : tapak.state === "waiting" ? "again" : "";
    state.textContent = open ? (photos.length ? say("count", { sent, total }) : say("sending"))
      : photos.length && sent < photos.length ? say("count", { sent, total: photos.length })
      : !navigator.onLine ? say("stored") : "";
    panel.querySelector("[data-why]").textContent = state.textContent && waiting ? say(waiting) : "";
    panel.querySelector("[data-enter]").hidden = waiting !== "signin" || !state.textContent;
    const bar = panel.querySelector("progress");
    bar.hidden = !(open || sent < photos.length);
    bar.max = Math.max(total, 1);
    bar.value = sent;
    panel.querySelector("[data-undo]").hidden = !open || open.posted;
    panel.className = `panel ${open ? "waiting" : refused ? "refused" : ""}`;
    const past = form && received && received.act !== "draft" && received.task === hidden("task") && received.task;
    receipt(!form || past || received?.act === "draft" ? received : null); /* not what was sent for an earlier task */
    lock(Boolean(open) || comparing || Boolean(past)); /* a page older than what was received asks for nothing more */
    if (past && navigator.onLine && sessionStorage.getItem("past") !== received.id) {
      sessionStorage.setItem("past", received.id); /* once: the newer page is asked for */
      settled(null);
    }
    if (form && refused && !open && !comparing) tapak.refusal.show(page, refused);
    if (form && !refused) tapak.refusal.clear(page);
    if (!form) leftover(open, refused, photos);
    saved((await store.get("drafts", id))?.at ?? null);
    if (wasOpen && !open && (received?.id === wasOpen || refused?.id === wasOpen)) settled(refused?.id === wasOpen ? refused : null);
    wasOpen = open?.id ?? null;
  };
  let wasOpen = null;

  /* Received: the page is read anew, as it stands at the office. Refused because it stands otherwise there: too. */
  const settled = (refused) => {
    if (refused && refused.status !== 409) return;
    left = true;
    caches.open(`tapak-pages-${account}`).then((cache) => cache.delete(page.url)).finally(() => location.replace(page.url));
  };

  const receipt = (one) => {
    panel.querySelector(".receipt")?.remove();
    if (!one) return;
    panel.hidden = false;
    const { receipt: told } = one;
    panel.append(make("div", { className: "receipt" }, pictures.icon(page, "check"), make("div", {},
      make("strong", { textContent: say("received", { time: told.time }) }),
      make("p", { textContent: told.sentence || told.did }),
      make("p", { className: "muted", textContent: say("receipt", { number: told.number, when: told.when }) }))));
  };

  /* The form is closed by now: what was not sent is shown, to be copied or thrown away by its author. */
  const leftover = async (open, refused, photos) => {
    const draft = await store.get("drafts", id);
    const box = panel.querySelector("[data-left]");
    box.replaceChildren();
    if (!draft || open) return;
    const list = make("dl", { className: "describe" });
    for (const { label, text } of Object.values(draft.rows)) {
      if (text) list.append(make("div", {}, make("dt", { textContent: label }), make("dd", { textContent: text })));
    }
    const away = make("button", { type: "button", className: "button quiet small", textContent: say("discard") });
    away.addEventListener("click", async () => {
      for (const photo of photos) await store.remove("photos", photo.id);
      if (refused) await store.remove("acts", refused.id);
      await store.remove("drafts", id);
      render();
    });
    box.append(make("p", { className: "error", textContent: refused?.sentence || say("late") }),
      make("details", { open: true }, make("summary", { textContent: say("unsent") }), list), away);
    panel.hidden = false;
  };

  /* What stands on the phone comes back; where the office has another version, the two are laid side by side. */
  const bring = async () => {
    const draft = await store.get("drafts", id);
    if (!form || !draft) return;
    const photos = await pictures.mine(page);
    const fields = photos.map((one) => one.field);
    const same = draft.base.edition === hidden("edition") && draft.base.task === hidden("task");
    const names = same ? [] : answers.differences(draft.rows, theirs);
    const asked = names.filter((name) => theirs[name]?.text); /* where they said nothing, nothing is overwritten */
    const own = names.filter((name) => !theirs[name]?.text);
    if (!asked.length || draft.queued) {
      answers.restore(form, draft.pairs, fields);
      return;
    }
    comparing = true;
    lock(true);
    tapak.comparison.show(page, draft.rows, theirs, asked, async (chosen) => {
      answers.restore(form, answers.merged(draft.pairs, baseline, new Set([...chosen, ...own])), fields);
      comparing = false;
      for (const old of (await acts()).filter((one) => one.state === "refused")) await store.remove("acts", old.id);
      await save();
      await render();
    });
  };

  const start = async () => {
    await tapak.phone.belongTo(account, page.url);
    if (form) {
      answers.conditions(form);
      baseline = answers.collect(form);
      theirs = answers.described(form);
      await bring();
      wire();
    }
    tapak.heard = (what) => {
      if (what?.photo) showShare(what);
      else render();
    };
    addEventListener("online", () => { render(); queue.hurry(); });
    addEventListener("offline", render);
    document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? queue.hurry() : save()));
    panel.querySelector("[data-undo]").addEventListener("click", undo);
    await render();
    queue.hurry();
    document.documentElement.dataset.ready = "";
  };

  const showShare = async ({ photo, share }) => {
    const found = form && await store.get("photos", photo);
    if (found?.draft === id) pictures.show(page, found, share);
  };

  const undo = async () => {
    const open = openOf(await acts());
    if (!open || open.posted) return;
    await store.remove("acts", open.id);
    await store.change("drafts", id, { queued: null });
    wasOpen = null;
    render();
  };

  const wire = () => {
    form.addEventListener("input", soon);
    form.addEventListener("tapak:row", () => { answers.conditions(form); save(); });
    addEventListener("pagehide", save);
    /* Before tapak.js hears of it. */
    document.addEventListener("change", (event) => {
      const input = event.target;
      if (!(input instanceof HTMLElement) || !input.closest("form[data-upload]")) return;
      if (input.type === "file") {
        event.stopImmediatePropagation();
        pictures.chosen(page, input);
      } else {
        answers.conditions(form);
        save();
        tapak.live?.(page, input);
      }
    }, true);
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (button && button.name !== "act" && button.name !== "_show") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (button?.name === "act") press(button.value);
    }, true);
  };

  start();
})();
