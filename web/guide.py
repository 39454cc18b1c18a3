"""The user guide inside the product: the pages of docs/panduan with their pictures, and which part tells which page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import count

from flask import Blueprint, Flask, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from engine.errors import NotFound
from web.access import PUBLIC, allow, current_actor
from web.auth.sessions import visitor
from web.config import ROOT
from workflows.models.accounts import MEMBER_ROLES

bp = Blueprint("guide", __name__, url_prefix="/panduan")

FOLDER, PICTURES = ROOT / "docs" / "panduan", ROOT / "docs" / "images"
FIRST = "README"
HELP = {
    "tasks": "komisioner#antrean", "approval": "komisioner#memeriksa-satu-bukti", "bulk": "komisioner#banyak-sekaligus",
    "pleno": "komisioner#rapat-pleno", "delegations": "komisioner#delegasi", "comments": "komisioner#komentar",
    "evidence": "anggota#mengisi-dan-mengirim-bukti", "receipts": "anggota#sesudah-dikirim",
    "obstacles": "anggota#melaporkan-kendala", "bodies": "operator#badan", "activities": "operator#kegiatan",
    "units": "operator#bentuk-kpps-dan-pantarlih", "people": "operator#orang-dan-akun",
    "invite": "operator#jalan-masuk-bagi-anggota",
    "imports": "operator#impor-anggota", "exports": "operator#ekspor-ke-provinsi", "letters": "operator#surat",
    "letter_issue": "operator#menerbitkan", "letter_templates": "operator#kop-nomor-dan-naskah",
    "letter_office": "operator#kop-nomor-dan-naskah", "letter_proof": "operator#keaslian", "agenda": "operator#agenda",
    "health": "operator#kesehatan-sistem", "blocked": "pengawas#terhambat", "reminders": "pengawas#mengingatkan",
    "overview": "pengawas#ringkasan", "pace": "pengawas#laju-peta-alur-dan-angka-untuk-pers",
    "escalations": "pengawas#eskalasi", "drawings": "alur", "notices": "README#pemberitahuan",
    "mailing": "README#pemberitahuan", "auth": "README#masuk", "phone": "README#masuk",
    "search": "README#mencari", "audit": "riwayat",
}
"""Of each part of the product the part of the guide that tells it; what is not named leads to the first page."""
MEMBERS = {"tasks": "anggota#halaman-tugas", "bodies": "anggota"}
LOOKING = {"bodies": "pengamat#yang-terlihat", "people": "pengamat#yang-terlihat"}


@dataclass(frozen=True)
class Page:
    """One page of the guide, ready to be shown. `anchors` are the ids of its headings."""

    title: str
    html: Markup
    anchors: tuple[str, ...]


@bp.get("/")
@bp.get("/<name>")
@allow(PUBLIC)
def show(name: str = FIRST) -> ResponseReturnValue:
    if name not in names():
        raise NotFound("Halaman panduan ini tidak ada. Mulailah dari halaman pertamanya.")
    page = read(name, request.script_root)
    others = [(one, read(one, request.script_root).title) for one in names()]
    return render_template("guide/show.html", page=page, name=name, others=others)


@bp.get("/gambar/<file>")
@allow(PUBLIC)
def picture(file: str) -> ResponseReturnValue:
    """A picture of the guide; made from invented people, so everybody may see it."""
    if not re.fullmatch(r"[a-z0-9-]+\.png", file):
        raise NotFound
    return send_from_directory(PICTURES, file, max_age=3600)


@cache
def names() -> tuple[str, ...]:
    """The pages of the guide, the first one first."""
    found = sorted(path.stem for path in FOLDER.glob("*.md"))
    return (FIRST, *(name for name in found if name != FIRST)) if FIRST in found else tuple(found)


@cache
def read(name: str, _script_root: str = "") -> Page:
    """The page in HTML, its links and pictures leading into the product. The text is our own file, not somebody's."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    text = re.sub(r"\.\./images/([a-z0-9-]+\.png)", lambda found: url_for("guide.picture", file=found[1]), text)
    text = re.sub(r"\[([A-Za-z]+)\.md\]", r"[\1]", text)
    text = re.sub(r"\]\(([A-Za-z]+)\.md(#[a-z0-9-]+)?\)",
                  lambda found: f"]({url_for('guide.show', name=found[1])}{found[2] or ''})", text)
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = markdown.parse(text)
    anchors = tuple(_anchored(tokens))
    title = next((tokens[place + 1].content for place, token in enumerate(tokens) if token.tag == "h1"), name)
    html = markdown.renderer.render(tokens, markdown.options, {})
    numbers = count(1)
    html = re.sub("<table>", lambda _: (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="Tabel {next(numbers)}"><table>'
    ), html)
    html = html.replace("</table>", "</table></div>")
    return Page(title, Markup(html), anchors)  # noqa: S704 - our own file


def _anchored(tokens: list[Token]) -> list[str]:
    """Every heading has an id made of its words."""
    found = []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            anchor = re.sub(r"[^a-z0-9]+", "-", tokens[place + 1].content.lower()).strip("-")
            token.attrSet("id", anchor)
            found.append(anchor)
    return found


def help_link() -> str:
    """Where the guide tells the page shown, for who reads it."""
    part = (request.endpoint or "").partition(".")[0]
    roles = {grant.role for grant in current_actor().grants} if visitor() is not None else set()
    own = MEMBERS if roles and roles <= set(MEMBER_ROLES) else LOOKING if roles & {"observer", "auditor"} else {}
    name, _, anchor = (own.get(part) or HELP.get(part) or FIRST).partition("#")
    return url_for("guide.show", name=name, _anchor=anchor or None)


def install(app: Flask) -> None:
    app.jinja_env.globals["help_link"] = help_link


bp.record_once(lambda state: install(state.app))  # type: ignore[arg-type]  # the state's app is a Flask
