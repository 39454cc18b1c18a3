/* Photos in the form: taken or chosen, made small, kept on the phone at once, turned, named, taken away. */
"use strict";

(() => {
  const { store, photos, line } = tapak;
  const urls = new Map();

  const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
  const make = (tag, settings = {}, ...inside) => {
    const element = Object.assign(document.createElement(tag), settings);
    element.append(...inside);
    return element;
  };
  const icon = (page, name) => {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawn.setAttribute("class", "icon");
    drawn.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${page.icons}#${name}`);
    drawn.append(use);
    return drawn;
  };
  const uuid = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))]
    .map((one) => one.toString(16).padStart(2, "0")).join("");
  const localTime = (stamp) => new Date(stamp - new Date(stamp).getTimezoneOffset() * 60000).toISOString().slice(0, 19);

  const here = () => new Promise((done) => {
    if (!navigator.geolocation) return done({});
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => done({ latitude: coords.latitude, longitude: coords.longitude }), () => done({}),
      { timeout: 10000, maximumAge: 300000 },
    );
  });

  const stateWords = (page, photo, share) => {
    if (photo.error) return photo.error;
    if (photo.state === "sent") return page.say("sent");
    return share ? page.say("share", { share: Math.round(share * 100) }) : page.say("kept");
  };

  const item = (page, photo) => {
    const list = page.form.querySelector(`[data-files="${CSS.escape(photo.field)}"]`);
    if (!list) return null;
    const old = list.querySelector(`[data-photo="${photo.id}"]`);
    if (old) return old;
    const drawn = make("li", { className: "photo-item" });
    drawn.dataset.photo = photo.id;
    const picture = photo.blob.type.startsWith("image/");
    const name = make("span", { className: "name" });
    const state = make("span", { className: "state" });
    drawn.append(picture ? make("img", { alt: "", width: 72, height: 56 }) : icon(page, "paper"), make("div", { className: "what" }, name, state));
    const tools = make("div", { className: "tools" });
    if (picture) {
      const turn = make("button", { type: "button", className: "button quiet small" }, icon(page, "turn"), page.say("turn"));
      turn.addEventListener("click", () => rotate(page, photo.id, turn));
      tools.append(turn);
    }
    const away = make("button", { type: "button", className: "button quiet small" }, icon(page, "cross"), page.say("remove"));
    away.setAttribute("aria-label", `${page.say("remove")} ${photo.name}`);
    away.addEventListener("click", async () => {
      await store.remove("photos", photo.id);
      drawn.remove();
      page.changed();
    });
    tools.append(away);
    const caption = make("input", { type: "text", maxLength: 200, value: photo.caption, placeholder: page.say("caption") });
    caption.setAttribute("aria-label", `${page.say("caption")}: ${photo.name}`);
    caption.autocomplete = "off";
    caption.addEventListener("change", async (event) => {
      event.stopPropagation();
      await store.change("photos", photo.id, { caption: caption.value, state: "kept", error: "" });
      page.changed();
    });
    drawn.append(tools, caption);
    list.append(drawn);
    return drawn;
  };

  const show = (page, photo, share = 0) => {
    const drawn = item(page, photo);
    if (!drawn) return;
    drawn.classList.toggle("failed", Boolean(photo.error));
    drawn.classList.toggle("done", photo.state === "sent");
    drawn.querySelector(".name").textContent = `${photo.name} · ${size(photo.blob.size)}`;
    drawn.querySelector(".state").textContent = stateWords(page, photo, share);
    const image = drawn.querySelector("img");
    if (image && urls.get(photo.id)?.sha256 !== photo.sha256) {
      if (urls.has(photo.id)) URL.revokeObjectURL(urls.get(photo.id).url);
      urls.set(photo.id, { sha256: photo.sha256, url: URL.createObjectURL(photo.blob) });
      image.src = urls.get(photo.id).url;
    }
  };

  const rotate = async (page, id, button) => {
    button.disabled = true;
    const photo = await store.get("photos", id);
    const blob = await photos.shrink(photo.blob, 1);
    const fresh = await store.change("photos", id, { blob, sha256: await line.hex(blob), state: "kept", error: "" });
    button.disabled = false;
    if (fresh) show(page, fresh);
    page.changed();
  };

  /* The chosen file stands on the phone, small and plain; nothing of it is lost from here on. */
  const take = async (page, input, file) => {
    const field = input.dataset.camera ?? input.name;
    const list = input.closest(".field").querySelector("[data-files]");
    const waiting = make("li", { className: "photo-item" }, make("span", { className: "name", textContent: `${file.name}: ${page.say("making")}` }));
    list.append(waiting);
    const picture = file.type.startsWith("image/");
    const said = picture ? await photos.camera(file) : {};
    let blob = file;
    if (picture) blob = await photos.shrink(file).catch(() => null);
    const most = Number(input.dataset.max) || Infinity;
    if (!blob || blob.size > most) {
      waiting.className = "photo-item failed";
      waiting.querySelector(".name").textContent = `${file.name}: ${page.say(blob ? "big" : "unreadable")}`;
      waiting.querySelector(".name").setAttribute("role", "alert");
      return;
    }
    const agreed = page.agreed();
    const photo = {
      id: uuid(), account: page.account, draft: page.id, url: page.url, field, blob, name: file.name || "foto.jpg",
      sha256: await line.hex(blob), caption: "", state: "kept", error: "", at: Date.now(),
      taken_at: said.taken_at ?? (input.dataset.camera && picture ? localTime(file.lastModified || Date.now()) : ""),
      latitude: agreed ? said.latitude ?? null : null, longitude: agreed ? said.longitude ?? null : null,
    };
    await store.put("photos", photo);
    waiting.remove();
    show(page, photo);
    await page.save();
    if (agreed && photo.latitude === null && input.dataset.camera) {
      const place = await here();
      if (place.latitude !== undefined) await store.change("photos", photo.id, { ...place, state: "kept" });
    }
  };

  const chosen = async (page, input) => {
    const field = input.closest(".field");
    const files = [...input.files];
    input.value = "";
    const most = Number((field.querySelector("[data-count]") ?? input).dataset.count) || 1;
    const used = field.querySelectorAll("[data-files] [type=checkbox]:checked, [data-photo]").length;
    for (const file of files.slice(0, Math.max(most - used, 0))) await take(page, input, file);
    if (files.length > most - used) page.note(page.say("many", { count: most }));
    page.changed();
  };

  const mine = async (page) => (await store.all("photos", page.account)).filter((one) => one.draft === page.id)
    .sort((a, b) => a.at - b.at);

  tapak.pictures = { chosen, show, mine, make, icon, uuid };
})();
