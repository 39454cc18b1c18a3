"""How the installation is, in words, with what failed and a button to have it tried again."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from web import transaction
from web.access import allow, current_actor, visible_scopes
from web.backup import last_backup
from web.checkpoints import standing
from web.config import Config
from web.health import health
from web.signing import signer
from web.words import clock
from workflows import failures
from workflows.failures import MENDERS

bp = Blueprint("health", __name__, url_prefix="/kesehatan")

READERS = ("operator", "admin", "commissioner", "supervisor", "province")
LEAST_FREE_MB = 1000
"""Below this the page warns: about fifty evidences with their photos."""
LATE_HOURS, BACKUP_DAYS = 3, 2
KINDS = {
    "instance.moved": _l("Pemberitahuan perpindahan"), "escalation.thrown": _l("Eskalasi"),
    "task.run": _l("Langkah otomatis"), "child.begin": _l("Memulai alur bagian"),
    "child.ended": _l("Hasil alur bagian"), "child.failed": _l("Galat dari alur bagian"),
    "child.escalated": _l("Eskalasi dari alur bagian"), "error.uncaught": _l("Galat yang tidak ditangkap"),
    "message.sent": _l("Pesan antaralur"), "signal.sent": _l("Sinyal"), "signal.caught": _l("Sinyal"),
    "signal.began": _l("Sinyal"), "parcel.expired": _l("Pesan antaralur"),
}


@dataclass(frozen=True)
class Part:
    """One part of the installation: `state` is "ok", "warning" or "missing"."""

    name: str
    state: str
    text: str


@bp.get("")
@allow(*READERS)
def index() -> ResponseReturnValue:
    config: Config = current_app.extensions["tapak.config"]
    told = health(transaction.engine(), config)
    actor = current_actor()
    return render_template(
        "health/index.html", told=told, parts=[*_parts(told), _storage(config), _checkpoint(config), _backup(config)],
        kinds=KINDS, key=signer(config).key,
        failing=failures.failing(transaction.session(), visible_scopes(actor, READERS)),
        may_mend=any(grant.role in MENDERS for grant in actor.grants),
    )


@bp.post("/<int:message_id>/ulangi")
@allow(*MENDERS)
def retry(message_id: int) -> ResponseReturnValue:
    failures.retry(transaction.session(), message_id=message_id, actor=current_actor(), now=transaction.now())
    flash(gettext("Langkah itu dicoba lagi. Muat ulang halaman ini beberapa detik lagi."), "success")
    return redirect(url_for("health.index"))


def _parts(told: dict[str, Any]) -> list[Part]:
    if not told["database"]["ok"]:
        return [Part(gettext("Basis data"), "missing", gettext("Tidak menjawab."))]
    return [
        Part(gettext("Basis data"), "ok", {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[told["database"]["kind"]]),
        _redis(told), _worker(told), _sweep(told), _messages(told),
    ]


def _storage(config: Config) -> Part:
    """Whether files can be kept: the folder may be written and the disk has room."""
    free = shutil.disk_usage(config.var).free // 1_000_000
    name = gettext("Penyimpanan berkas")
    if not os.access(config.var, os.W_OK):
        return Part(name, "missing", gettext("Tidak dapat ditulisi: foto dan berkas tidak dapat diterima."))
    text = gettext("%(free)d MB masih kosong.", free=free)
    return Part(name, "ok" if free >= LEAST_FREE_MB else "warning", text)


def _checkpoint(config: Config) -> Part:
    """The newest checkpoint is less than LATE_HOURS old and stands outside the database too."""
    found, name = standing(transaction.session(), config.checkpoints), gettext("Titik periksa riwayat")
    if found.newest is None:
        return Part(name, "warning", gettext("Belum ada. Yang pertama dibuat oleh penyapu dalam satu menit."))
    if found.outside == "other":
        text = gettext("Tidak cocok dengan yang disimpan di luar: basis data diubah atau mundur.")
        return Part(name, "missing", text)
    text = gettext("%(code)s, %(at)s.", code=found.code, at=clock(found.newest.at))
    if found.outside == "behind":
        return Part(name, "warning", text + " " + gettext("Belum tertulis di luar basis data."))
    late = transaction.now() - found.newest.at > timedelta(hours=LATE_HOURS)
    return Part(name, "warning" if late else "ok", text)


def _backup(config: Config) -> Part:
    """The newest backup that this installation made is less than BACKUP_DAYS old."""
    made, name = last_backup(config), gettext("Cadangan data")
    if made is None:
        return Part(name, "warning", gettext("Belum pernah dibuat. Ketik: python3 manage.py backup FOLDER"))
    late = transaction.now() - made > timedelta(days=BACKUP_DAYS)
    return Part(name, "warning" if late else "ok", gettext("Terakhir %(at)s.", at=clock(made)))


def _redis(told: dict[str, Any]) -> Part:
    if told["redis"]["ok"]:
        return Part("Redis", "ok", gettext("Menjawab."))
    return Part("Redis", "warning", gettext("Tanpa Redis: tetap jalan, terlambat beberapa detik."))


def _worker(told: dict[str, Any]) -> Part:
    alive = len(told["worker"]["alive"])
    if alive:
        return Part(gettext("Worker"), "ok", ngettext("%(num)d berjalan.", "%(num)d berjalan.", alive))
    return Part(gettext("Worker"), "warning", gettext("Tidak berjalan: pesan dikirim oleh penyapu."))


def _sweep(told: dict[str, Any]) -> Part:
    age = told["sweep"]["heartbeat_age"]
    if age is None:
        return Part(gettext("Penyapu"), "missing", gettext("Belum pernah berjalan: tenggat tidak bergerak."))
    text = gettext("Terakhir terlihat %(seconds)d detik yang lalu.", seconds=round(age))
    return Part(gettext("Penyapu"), "ok" if told["sweep"]["ok"] else "missing", text)


def _messages(told: dict[str, Any]) -> Part:
    messages = told["messages"]
    if not messages["waiting"]:
        return Part(gettext("Pesan"), "ok", gettext("Tidak ada yang menunggu."))
    text = gettext("%(count)d menunggu, yang tertua %(seconds)d detik.", count=messages["waiting"],
                   seconds=round(messages["oldest_age"]))
    return Part(gettext("Pesan"), "ok" if messages["oldest_age"] <= 60 else "warning", text)
