/* The queue: photos first, then the acts that name them; one runner at a time, growing pauses, nothing dropped. */
"use strict";

(() => {
  const { store, line } = tapak;
  const PAUSES = [2, 4, 8, 15, 30, 60, 120, 300];
  let running = null;
  let again = false;
  let timer = null;
  let tries = 0;

  const told = async (name, id, changes) => {
    const fresh = await store.change(name, id, changes);
    tapak.tell();
    return fresh;
  };

  const photosOf = async (account) =>
    (await store.all("photos", account)).filter((one) => one.state === "kept" && !one.error)
      .sort((a, b) => a.at - b.at);

  const upload = async (photo, me) => {
    let shown = -1;
    const progress = (offset) => {
      const share = Math.floor((20 * offset) / photo.blob.size);
      if (share === shown) return;
      shown = share;
      tapak.tell({ photo: photo.id, share: offset / photo.blob.size });
    };
    try {
      await line.sendPhoto(photo, me, progress);
    } catch (error) {
      if (!(error instanceof line.Refused)) throw error;
      if (error.status === 400) throw new line.Later("a fresh token");
      await told("photos", photo.id, { error: error.message || "?" });
      return;
    }
    const now = await store.get("photos", photo.id);
    if (now?.sha256 === photo.sha256 && now.caption === photo.caption) await told("photos", photo.id, { state: "sent" });
  };

  const refuse = async (act, sentence, errors = [], status = 422) => {
    await told("acts", act.id, { state: "refused", sentence, errors, status });
    const draft = await store.get("drafts", act.draft);
    if (draft) await store.put("drafts", { ...draft, queued: null });
  };

  const forget = async (act) => {
    if (self.caches) await (await caches.open(`tapak-pages-${act.account}`)).delete(act.url, { ignoreVary: true });
  };

  const perform = async (act, me) => {
    const photos = (await store.all("photos", act.account)).filter((one) => act.photos.includes(one.id));
    const broken = photos.find((one) => one.error);
    if (broken) return refuse(act, broken.error, [{ name: broken.field, label: broken.name, message: broken.error }]);
    if (photos.some((one) => one.state !== "sent")) return undefined;
    const named = photos.map((one) => [one.field, one.sha256]);
    const sent = await told("acts", act.id, { posted: true, state: "sending" });
    if (!sent) return undefined;
    try {
      const receipt = await line.sendAct({ ...sent, pairs: [...sent.pairs, ...named] }, me);
      await store.settle(sent, receipt);
      await forget(sent); /* its page is another one from now on */
      tapak.tell();
    } catch (error) {
      if (!(error instanceof line.Refused)) {
        await told("acts", act.id, { state: "waiting" });
        throw error;
      }
      if (error.status === 400 && !act.renewed) { /* a token of an older sign-in: once more with a fresh one */
        await store.change("acts", act.id, { renewed: true, state: "waiting" });
        throw new line.Later("a fresh token");
      }
      await refuse(sent, error.message, error.errors, error.status);
    }
    return undefined;
  };

  /* Everything of the account that is signed in was tried once. */
  const once = async () => {
    const account = await store.current();
    if (!account) return;
    const open = async () => (await store.all("acts", account)).filter((one) => ["waiting", "sending"].includes(one.state));
    if (!(await open()).length && !(await photosOf(account)).length) return;
    const me = await line.whoami();
    if (String(me.account) !== account) throw new line.SignedOut();
    for (const photo of await photosOf(account)) await upload(photo, me);
    for (const act of (await open()).sort((a, b) => a.at - b.at)) await perform(act, me);
    if ((await photosOf(account)).length || (await open()).length) throw new line.Later("some is left");
  };

  const locked = (work) => (navigator.locks
    ? navigator.locks.request("tapak-queue", { ifAvailable: true }, async (lock) => {
      if (!lock) throw new line.Later("another page sends");
      await work();
    })
    : work());

  /* Resolves when the queue rests: nothing waits, or it waits for the line. Gives whether all is sent. */
  const run = async ({ eager = false } = {}) => {
    if (running) {
      again = true;
      return running;
    }
    clearTimeout(timer);
    running = (async () => {
      try {
        tapak.state = "";
        await locked(once);
        tries = 0;
        return true;
      } catch (error) {
        tapak.state = error instanceof line.SignedOut ? "signed_out" : "waiting";
        if (!eager) {
          timer = setTimeout(() => run(), 1000 * PAUSES[Math.min(tries, PAUSES.length - 1)] * (0.75 + Math.random() / 2));
          tries += 1;
        }
        return false;
      }
    })();
    const done = await running;
    running = null;
    tapak.tell();
    if (again) {
      again = false;
      return run({ eager });
    }
    return done;
  };

  /* The line is said to be back: the pauses begin anew. */
  const hurry = () => {
    tries = 0;
    return run();
  };

  const askForSync = async () => {
    const ready = await navigator.serviceWorker?.getRegistration?.();
    await ready?.sync?.register("tapak-queue").catch(() => undefined);
  };

  tapak.queue = { run, hurry, askForSync };
})();
