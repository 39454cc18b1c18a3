/* Photos on the phone: what the camera wrote is read, then the picture is made upright, small and plain. */
"use strict";

(() => {
  const LONGEST = 1600;
  const WANTED = 300 * 1000;
  const QUALITIES = [0.82, 0.74, 0.66, 0.58, 0.5, 0.42];

  /* EXIF: time and place from the first kilobytes of a JPEG; {} where there is none or it cannot be read. */
  const camera = async (file) => {
    try {
      return read(new DataView(await file.slice(0, 128 * 1024).arrayBuffer()));
    } catch (error) {
      if (error instanceof RangeError) return {};
      throw error;
    }
  };

  const read = (data) => {
    if (data.getUint16(0) !== 0xffd8) return {};
    for (let at = 2; at + 10 < data.byteLength;) {
      const marker = data.getUint16(at);
      if (marker === 0xffe1 && data.getUint32(at + 4) === 0x45786966) return directory(data, at + 10);
      if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return {};
      at += 2 + data.getUint16(at + 2);
    }
    return {};
  };

  const directory = (data, base) => {
    const small = data.getUint16(base) === 0x4949;
    const short = (at) => data.getUint16(at, small);
    const long = (at) => data.getUint32(at, small);
    const entries = (at) => {
      const found = new Map();
      const count = short(base + at);
      for (let one = 0; one < Math.min(count, 200); one += 1) {
        const here = base + at + 2 + 12 * one;
        found.set(short(here), here);
      }
      return found;
    };
    const text = (here, length) => {
      const at = length > 4 ? base + long(here + 8) : here + 8;
      let said = "";
      for (let one = 0; one < length && data.getUint8(at + one); one += 1) said += String.fromCharCode(data.getUint8(at + one));
      return said;
    };
    const first = entries(long(base + 4));
    const found = {};
    if (first.has(0x8769)) {
      const inner = entries(long(first.get(0x8769) + 8));
      const here = inner.get(0x9003) ?? inner.get(0x9004);
      const told = here ? text(here, 19).match(/^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/) : null;
      if (told) found.taken_at = `${told[1]}-${told[2]}-${told[3]}T${told[4]}`;
    }
    if (first.has(0x8825)) {
      const place = entries(long(first.get(0x8825) + 8));
      const degrees = (tag, side, minus) => {
        if (!place.has(tag) || !place.has(side)) return null;
        const at = base + long(place.get(tag) + 8);
        const parts = [0, 8, 16].map((step) => long(at + step) / (long(at + step + 4) || 1));
        return (parts[0] + parts[1] / 60 + parts[2] / 3600) * (text(place.get(side), 2) === minus ? -1 : 1);
      };
      const latitude = degrees(2, 1, "S");
      const longitude = degrees(4, 3, "W");
      if (latitude !== null && longitude !== null) Object.assign(found, { latitude, longitude });
    }
    return found;
  };

  const decoded = async (blob) => {
    if ("createImageBitmap" in self) {
      const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" }).catch(() => null);
      if (bitmap) return bitmap;
    }
    const image = new Image();
    image.src = URL.createObjectURL(blob);
    try {
      await image.decode();
    } finally {
      URL.revokeObjectURL(image.src);
    }
    return image;
  };

  /* The picture as a small JPEG without anything the camera wrote, turned by so many quarters to the right. */
  const shrink = async (blob, turns = 0) => {
    const picture = await decoded(blob);
    const [width, height] = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    const [wide, high] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = turns % 2 ? [high, wide] : [wide, high];
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.translate(canvas.width / 2, canvas.height / 2);
    brush.rotate((turns * Math.PI) / 2);
    brush.drawImage(picture, -wide / 2, -high / 2, wide, high);
    picture.close?.();
    let best = null;
    for (const quality of QUALITIES) {
      best = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
      if (best && best.size <= WANTED) break;
    }
    canvas.width = canvas.height = 0;
    if (!best) throw new Error("canvas");
    return best;
  };

  tapak.photos = { camera, shrink };
})();
