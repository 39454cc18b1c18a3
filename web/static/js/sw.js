/* The service worker: the house's files from the phone, evidence forms also without a signal, the queue in the back. */

const FILES = `tapak-static-${HOUSE.version}`;
const PAGES = "tapak-pages-";
const PATIENCE = 3500;
const { store, queue } = tapak;

const ours = (url) => url.origin === self.location.origin;
const isForm = (url) => /^\/badan\/\d+\/bukti\/[^/]+$/.test(url.pathname);

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(FILES);
    await cache.addAll([...HOUSE.shell, HOUSE.offline]);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("tapak-static-") && name !== FILES) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

/* Nothing private of anybody else stays: the pages of every account but this one are gone. Null: of all. */
const belongTo = async (account) => {
  for (const name of await caches.keys()) {
    if (name.startsWith(PAGES) && name !== PAGES + account) await caches.delete(name);
  }
  if ((await store.current()) !== account) await store.setCurrent(account);
};

const outbox = async () => (await caches.match(HOUSE.offline)) ?? Response.error();

const keptPage = async (request) => {
  const account = await store.current();
  return account ? (await caches.open(PAGES + account)).match(request, { ignoreVary: true }) : undefined;
};

/* The form: the newest where the line gives it soon, else the one that was kept, and the new one when it comes. */
const form = (event) => {
  const fetched = fetch(event.request).then(async (answer) => {
    const account = answer.headers.get("X-Tapak-Account");
    if (answer.ok && !answer.redirected && account) {
      await belongTo(account);
      await (await caches.open(PAGES + account)).put(event.request, answer.clone());
    } else if (answer.redirected || answer.status === 403 || answer.status === 404) {
      const mine = await store.current();
      if (mine) await (await caches.open(PAGES + mine)).delete(event.request);
    }
    return answer;
  });
  event.waitUntil(fetched.catch(() => undefined));
  const late = new Promise((done) => { setTimeout(done, PATIENCE); });
  return (async () => {
    const answer = await Promise.race([fetched.catch(() => null), late]);
    if (answer && answer.status < 500) return answer;
    return (await keptPage(event.request)) ?? (answer ?? await fetched.catch(outbox));
  })();
};

const page = async (request, url) => {
  if (url.pathname === HOUSE.offline) {
    const fresh = await fetch(request).catch(() => null);
    if (!fresh?.ok) return outbox();
    await (await caches.open(FILES)).put(HOUSE.offline, fresh.clone());
    return fresh;
  }
  const answer = await fetch(request).catch(() => null);
  if (!answer) return outbox();
  const gone = url.pathname === "/masuk" || (answer.redirected && new URL(answer.url).pathname === "/masuk");
  if (gone && request.method === "GET" && answer.ok) await belongTo(null);
  return answer;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (!ours(url)) return;
  if (request.method === "POST" && url.pathname === "/keluar") {
    event.respondWith((async () => {
      await belongTo(null);
      return fetch(request);
    })());
    return;
  }
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) {
    event.respondWith((async () => (await (await caches.open(FILES)).match(request, { ignoreVary: true })) ?? fetch(request))());
  } else if (request.mode === "navigate") {
    event.respondWith(isForm(url) ? form(event) : page(request, url));
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "tapak-queue") return;
  event.waitUntil((async () => {
    if (!(await queue.run({ eager: true }))) throw new Error("some is left"); /* the browser asks again later */
  })());
});
