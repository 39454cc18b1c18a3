/* This phone's part: whose it is now, which pages it keeps, and the list of what waits on it. */
"use strict";

(() => {
  const { store, queue } = tapak;
  const PAGES = "tapak-pages-";

  /* The pages of every other account are gone from here on; this one is kept, to open without a signal. */
  const belongTo = async (account, url) => {
    if ((await store.current()) !== account) await store.setCurrent(account);
    if (!self.caches) return;
    for (const name of await caches.keys()) {
      if (name.startsWith(PAGES) && name !== PAGES + account) await caches.delete(name);
    }
    navigator.serviceWorker?.ready.then(async () => {
      const cache = await caches.open(PAGES + account);
      if (await cache.match(url, { ignoreVary: true })) return;
      const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
      if (answer?.ok && !answer.redirected && answer.headers.get("X-Tapak-Account") === account) await cache.put(url, answer);
    });
  };
  tapak.phone = { belongTo };

  const list = document.querySelector("#antrean");
  if (!list || !self.indexedDB) return;
  const words = document.querySelector("#kata").dataset;
  const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const line = (kind, title, body, state, url) => {
    const item = document.createElement("li");
    item.className = kind;
    const strong = document.createElement("strong");
    const link = document.createElement(url ? "a" : "span");
    link.textContent = title;
    if (url) link.href = url;
    strong.append(link);
    const where = document.createElement("p");
    where.textContent = body;
    const told = document.createElement("p");
    told.className = "state";
    told.textContent = state;
    const inside = document.createElement("div");
    inside.append(strong, where, told);
    item.append(inside);
    return item;
  };

  const render = async () => {
    const account = await store.current();
    document.querySelector("#tanpa-sinyal").hidden = navigator.onLine;
    const drafts = account ? await store.all("drafts", account) : [];
    const acts = account ? await store.all("acts", account) : [];
    const photos = account ? await store.all("photos", account) : [];
    const items = drafts.sort((a, b) => b.at - a.at).map((draft) => {
      const act = acts.find((one) => one.id === draft.queued);
      const own = photos.filter((one) => one.draft === draft.id);
      const sent = own.filter((one) => one.state === "sent").length;
      const refused = acts.find((one) => one.draft === draft.id && one.state === "refused");
      const state = act ? say("count", { sent, total: own.length + 1 }) : refused ? `${say("refused")} ${refused.sentence}`
        : say("draft", { count: own.length });
      return line(act ? "waiting" : refused ? "refused" : "", draft.title, draft.body, state, draft.url);
    });
    for (const one of acts.filter((act) => act.state === "received").sort((a, b) => b.at - a.at).slice(0, 20)) {
      items.push(line("received", one.receipt.what, one.receipt.body,
        `${say("received", { time: one.receipt.time })} · ${one.receipt.number} · ${one.receipt.when}`, one.url));
    }
    list.replaceChildren(...items);
    document.querySelector("#kosong").hidden = items.length > 0;
  };

  tapak.heard = render;
  addEventListener("online", () => { render(); queue.hurry(); });
  addEventListener("offline", render);
  document.querySelector("#kirim-sekarang").addEventListener("click", () => queue.hurry().then(render));
  render();
  if (navigator.onLine) queue.hurry();
})();
