"""Files for show: drawn photos that say what they are, and papers of one page. Nothing in them is real."""

from __future__ import annotations

import io
import time
from functools import cache
from random import Random

from PIL import Image, ImageDraw, ImageFont

SIZE = (800, 600)
SKIES = ((172, 205, 232), (205, 222, 236), (233, 222, 198), (189, 214, 205))
WALLS = ((236, 228, 208), (214, 226, 214), (232, 214, 200), (222, 222, 230))
SHIRTS = ((178, 34, 34), (34, 72, 140), (40, 110, 70), (120, 84, 50), (90, 60, 120), (70, 70, 80))
SKINS = ((196, 150, 116), (176, 128, 96), (208, 166, 132))
SCENES = ("oath", "visit", "office", "training", "monitoring")
VARIANTS = 6
MADE = time.gmtime(1_700_000_000)  # the same page is the same bytes every time


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def photo(scene: str, variant: int, caption: str) -> bytes:
    """A JPEG of 800 × 600: people drawn in a room that fits the scene (one of SCENES), under the caption."""
    picture = _scene(scene, variant % VARIANTS).copy()
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, SIZE[1] - 64, *SIZE), fill=(24, 28, 36))
    draw.text((16, SIZE[1] - 58), "FOTO CONTOH", fill=(255, 196, 64), font=_font(22))
    draw.text((16, SIZE[1] - 30), caption, fill=(240, 240, 240), font=_font(18))
    return _encoded(picture, "JPEG", quality=72)


def _encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    bytes_ = io.BytesIO()
    picture.save(bytes_, kind, **options)
    return bytes_.getvalue()


@cache
def _scene(scene: str, variant: int) -> Image.Image:
    random = Random(f"{scene} {variant}")
    picture = Image.new("RGB", SIZE, random.choice(SKIES if scene in ("visit", "office") else WALLS))
    draw = ImageDraw.Draw(picture)
    if scene in ("visit", "office"):
        _building(draw, random)
    else:
        _hall(draw, random, scene)
    draw.rectangle((0, 430, SIZE[0], SIZE[1]), fill=random.choice(((150, 146, 138), (120, 148, 104), (168, 142, 110))))
    people = {"oath": 9, "training": 7, "office": 3}.get(scene, 5)
    for place in range(people):
        _person(draw, random, 90 + place * (620 // max(people - 1, 1)), 470 + random.randrange(-14, 15))
    return picture


def _building(draw: ImageDraw.ImageDraw, random: Random) -> None:
    left = random.randrange(90, 180)
    draw.polygon([(left - 40, 220), (400, random.randrange(90, 140)), (SIZE[0] - left + 40, 220)],
                 fill=random.choice(((156, 72, 52), (110, 70, 60), (90, 96, 104))))
    draw.rectangle((left, 220, SIZE[0] - left, 430), fill=random.choice(WALLS))
    for place in range(4):
        x = left + 40 + place * ((SIZE[0] - 2 * left - 80) // 4)
        draw.rectangle((x, 270, x + 56, 350), fill=(96, 126, 150), outline=(250, 250, 250), width=4)
    draw.rectangle((360, 230, 560, 262), fill=(250, 250, 250), outline=(90, 90, 90))
    draw.text((372, 236), "KANTOR (CONTOH)", fill=(40, 40, 40), font=_font(20))
    draw.line((70, 90, 70, 430), fill=(120, 120, 120), width=6)
    draw.rectangle((73, 92, 150, 118), fill=(206, 32, 41))
    draw.rectangle((73, 118, 150, 144), fill=(252, 252, 252))


def _hall(draw: ImageDraw.ImageDraw, random: Random, scene: str) -> None:
    draw.rectangle((150, 60, 650, 210), fill=random.choice(((140, 30, 30), (26, 60, 110), (30, 90, 66))))
    words = {"oath": "PELANTIKAN", "training": "BIMBINGAN TEKNIS", "monitoring": "MONITORING"}[scene]
    draw.text((190, 90), words, fill=(255, 255, 255), font=_font(40))
    draw.text((190, 150), "Kegiatan contoh", fill=(255, 230, 170), font=_font(24))
    for place in range(random.randrange(4, 8)):
        draw.rectangle((40 + place * 110, 380, 120 + place * 110, 430), fill=(132, 98, 66))


def _person(draw: ImageDraw.ImageDraw, random: Random, x: int, ground: int) -> None:
    tall, shirt, skin = random.randrange(150, 190), random.choice(SHIRTS), random.choice(SKINS)
    head = ground - tall
    draw.rectangle((x - 20, ground - 70, x + 20, ground + 30), fill=(44, 46, 56))
    draw.rounded_rectangle((x - 34, head + 46, x + 34, ground - 60), 16, fill=shirt)
    draw.ellipse((x - 22, head, x + 22, head + 52), fill=skin)
    if random.random() < 0.4:
        draw.pieslice((x - 28, head - 8, x + 28, head + 62), 180, 360, fill=shirt)
        draw.ellipse((x - 17, head + 8, x + 17, head + 50), fill=skin)
    else:
        draw.pieslice((x - 23, head - 4, x + 23, head + 44), 180, 360, fill=(32, 28, 26))


def paper(title: str, lines: tuple[str, ...]) -> bytes:
    """A PDF of one page with the title and these lines, stamped as an example."""
    page = Image.new("L", (620, 877), 255)
    draw = ImageDraw.Draw(page)
    draw.text((60, 60), "KOP SURAT (CONTOH)", fill=0, font=_font(22))
    draw.line((60, 96, 560, 96), fill=0, width=3)
    draw.text((60, 130), title, fill=0, font=_font(20))
    for place, line in enumerate(lines):
        draw.text((60, 180 + place * 28), line, fill=30, font=_font(15))
    draw.text((110, 520), "DOKUMEN CONTOH", fill=200, font=_font(48))
    draw.text((360, 740), "(tanda tangan contoh)", fill=60, font=_font(15))
    return _encoded(page, "PDF", creationDate=MADE, modDate=MADE)
