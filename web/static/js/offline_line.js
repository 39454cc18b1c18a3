/* Talking to the office over a line that breaks: who is signed in, files in pieces, acts. */
"use strict";

(() => {
  const SMALLEST = 8 * 1024;
  const LARGEST = 256 * 1024;
  const GOOD_SECONDS = 4;
  const PATIENCE = 45000;
  let piece = 32 * 1024;

  class Later extends Error {} /* the line, or the house: try again */
  class Refused extends Error { /* the office has said no */
    constructor(status, answer) {
      super(answer.sentence ?? answer.message ?? answer.error ?? "");
      this.status = status;
      this.errors = answer.errors ?? [];
    }
  }
  class SignedOut extends Error {}

  const ask = async (url, options = {}) => {
    const ending = new AbortController();
    const clock = setTimeout(() => ending.abort(), options.patience ?? PATIENCE);
    try {
      const answer = await fetch(url, {
        credentials: "same-origin", cache: "no-store", redirect: "manual", ...options, signal: ending.signal,
        headers: { Accept: "application/json", ...(options.headers ?? {}) },
      });
      if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
      if (answer.status >= 500 && answer.status !== 507) throw new Later(String(answer.status));
      const text = options.method === "HEAD" || answer.status === 204 ? "" : await answer.text();
      let told = {};
      if (text) {
        try { told = JSON.parse(text); } catch { throw new Later("not JSON"); }
      }
      return { status: answer.status, told, header: (name) => answer.headers.get(name) };
    } catch (error) {
      if (error instanceof SignedOut || error instanceof Later) throw error;
      throw new Later(error.message);
    } finally {
      clearTimeout(clock);
    }
  };

  /* {account, csrf}: whose the cookie is now. */
  const whoami = async () => {
    const { status, told } = await ask("/luring/saya");
    if (status !== 200) throw new SignedOut();
    return told;
  };

  const base64 = (bytes) => {
    let text = "";
    for (const one of new Uint8Array(bytes)) text += String.fromCharCode(one);
    return btoa(text);
  };
  const coded = (text) => base64(new TextEncoder().encode(text));
  const sum = async (bytes) => base64(await crypto.subtle.digest("SHA-256", bytes));
  const hex = async (blob) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()))]
    .map((one) => one.toString(16).padStart(2, "0")).join("");

  const address = (url, more) => {
    const [path, query] = url.split("?");
    return path + more + (query ? `?${query}` : "");
  };

  /* The photo's bytes are with the office up to its end; `progress` is told how far. */
  const sendPieces = async (photo, me, progress) => {
    const head = { "X-CSRFToken": me.csrf, "Tus-Resumable": "1.0.0" };
    const begun = await ask(address(photo.url, "/potongan"), {
      method: "POST",
      headers: {
        ...head, "Upload-Length": String(photo.blob.size),
        "Upload-Metadata": `sha256 ${coded(photo.sha256)},field ${coded(photo.field)}`,
      },
    });
    if (begun.status !== 201) throw new Refused(begun.status, begun.told);
    let offset = Number(begun.header("Upload-Offset"));
    const place = address(photo.url, `/potongan/${photo.sha256}`);
    while (offset < photo.blob.size) {
      progress(offset);
      const bytes = await photo.blob.slice(offset, offset + piece).arrayBuffer();
      const started = Date.now();
      let answer;
      try {
        answer = await ask(place, {
          method: "PATCH", body: bytes,
          headers: {
            ...head, "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset),
            "Upload-Checksum": `sha256 ${await sum(bytes)}`,
          },
        });
      } catch (error) {
        piece = Math.max(SMALLEST, piece / 2);
        throw error;
      }
      const told = answer.header("Upload-Offset");
      if (![204, 409, 460].includes(answer.status) || told === null) {
        if (answer.status === 404 || answer.status === 507) throw new Later("the part is gone, or no room");
        throw new Refused(answer.status, answer.told);
      }
      const seconds = (Date.now() - started) / 1000;
      if (answer.status === 204 && seconds < GOOD_SECONDS / 2) piece = Math.min(LARGEST, piece * 2);
      if (seconds > GOOD_SECONDS * 2) piece = Math.max(SMALLEST, piece / 2);
      offset = Number(told);
    }
    progress(offset);
  };

  /* The photo belongs to the evidence, with its caption, time and, where agreed, place. */
  const sendPhoto = async (photo, me, progress) => {
    await sendPieces(photo, me, progress);
    const said = new FormData();
    for (const name of ["field", "name", "caption", "taken_at", "latitude", "longitude"]) {
      if (photo[name] !== null && photo[name] !== undefined) said.append(name, photo[name]);
    }
    const answer = await ask(address(photo.url, `/potongan/${photo.sha256}/selesai`), {
      method: "POST", body: said, headers: { "X-CSRFToken": me.csrf }, patience: 2 * PATIENCE,
    });
    if (answer.status === 460 || answer.status === 404) throw new Later("broken on the way");
    if (answer.status !== 200) throw new Refused(answer.status, answer.told);
  };

  /* The act's receipt. The same key is the same act, however often it is sent. */
  const sendAct = async (act, me) => {
    const form = new FormData();
    for (const [name, value] of act.pairs) form.append(name, value);
    for (const [name, value] of Object.entries({
      key: act.id, act: act.act, seen: act.seen, edition: act.edition, task: act.task,
    })) if (value !== null && value !== "") form.append(name, value);
    const answer = await ask(act.url, { method: "POST", body: form, headers: { "X-CSRFToken": me.csrf } });
    if (answer.status === 200 && answer.told.state === "received") return answer.told;
    throw new Refused(answer.status, answer.told);
  };

  tapak.line = { whoami, sendPhoto, sendAct, hex, Later, Refused, SignedOut };
})();
