/* What is kept on the phone: drafts, photos and acts of each account, in IndexedDB. Used by pages and the worker. */
"use strict";

self.tapak = self.tapak || {};

(() => {
  const STORES = ["drafts", "photos", "acts", "state"];
  const RECEIPTS = 50;
  let opening = null;

  const open = () => {
    opening ??= new Promise((done, fail) => {
      const request = indexedDB.open("tapak", 1);
      request.onupgradeneeded = () => {
        for (const name of STORES) request.result.createObjectStore(name, { keyPath: "id" });
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => { request.result.close(); opening = null; };
        request.result.onclose = () => { opening = null; };
        done(request.result);
      };
      request.onerror = () => { opening = null; fail(request.error); };
    });
    return opening;
  };

  /* One transaction over these stores; it stands as a whole, on the disk where the browser can promise that. */
  const within = async (names, mode, work) => {
    const base = await open();
    return new Promise((done, fail) => {
      const transaction = base.transaction(names, mode, mode === "readwrite" ? { durability: "strict" } : {});
      let answer;
      transaction.oncomplete = () => done(answer instanceof IDBRequest ? answer.result : answer);
      transaction.onabort = transaction.onerror = () => fail(transaction.error);
      answer = work(...names.map((name) => transaction.objectStore(name)));
    });
  };

  const get = (name, id) => within([name], "readonly", (store) => store.get(id));
  const put = (name, value) => within([name], "readwrite", (store) => { store.put(value); });
  const remove = (name, id) => within([name], "readwrite", (store) => { store.delete(id); });
  const all = async (name, account) =>
    (await within([name], "readonly", (store) => store.getAll())).filter((one) => one.account === account);

  /* What stands is changed in one step, so that a page and the worker never undo each other. Null: it is gone. */
  const change = (name, id, changes) => new Promise((done, fail) => {
    open().then((base) => {
      const transaction = base.transaction([name], "readwrite", { durability: "strict" });
      const store = transaction.objectStore(name);
      let fresh = null;
      store.get(id).onsuccess = (event) => {
        if (!event.target.result) return;
        fresh = { ...event.target.result, ...changes };
        store.put(fresh);
      };
      transaction.oncomplete = () => done(fresh);
      transaction.onabort = transaction.onerror = () => fail(transaction.error);
    }, fail);
  });

  /* The act stands in the queue together with the draft it was made of, or neither does. */
  const enqueue = (act, draft) => within(["acts", "drafts"], "readwrite", (acts, drafts) => {
    acts.put(act);
    drafts.put(draft);
  });

  /* The office has it: the draft and its photos are gone from the phone, the receipt stays. */
  const settle = async (act, receipt) => {
    const photos = (await all("photos", act.account)).filter((one) => one.draft === act.draft);
    const old = (await all("acts", act.account)).filter((one) => one.state === "received")
      .sort((a, b) => (a.receipt.at < b.receipt.at ? 1 : -1)).slice(RECEIPTS - 1);
    await within(["acts", "drafts", "photos"], "readwrite", (acts, drafts, pictures) => {
      acts.put({ ...act, state: "received", receipt, pairs: [], sentence: "", errors: [] });
      drafts.delete(act.draft);
      for (const one of photos) pictures.delete(one.id);
      for (const one of old) acts.delete(one.id);
    });
  };

  const current = async () => (await get("state", "current"))?.account ?? null;
  const setCurrent = (account) => put("state", { id: "current", account });

  tapak.store = { get, put, remove, all, change, enqueue, settle, current, setCurrent };
  tapak.channel = "BroadcastChannel" in self ? new BroadcastChannel("tapak") : null;
  tapak.tell = (what = "changed") => {
    tapak.channel?.postMessage(what);
    tapak.heard?.(what);
  };
  if (tapak.channel) tapak.channel.onmessage = (event) => tapak.heard?.(event.data);
})();
