"""What is refused, as pages: one table from exception to status, one page for all of them, in the reader's words.

A refusal keeps its own sentence, for it says how to mend it. An unforeseen error shows none of its own: it is logged
with a number, and the page gives that number to the reader.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from datetime import date

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from engine import errors
from engine.forms.words import number
from engine.phrases import Figure, Phrase, parts
from web import transaction
from web.access import wants_json
from web.auth import sessions
from web.i18n import spoken
from web.words import ROLE_NAMES, role_name, short_date

log = logging.getLogger(__name__)

STATUS_OF: dict[type[Exception], int] = {
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.Stale: 409,
    errors.WrongState: 409,
    errors.AlreadyDone: 409,
    errors.EvidenceRefused: 422,
    errors.DrawingRefused: 422,
    errors.FormRefused: 422,
    errors.ExpressionRefused: 422,
    errors.Refused: 400,
    StaleDataError: 409,
    OperationalError: 503,  # the database is away, or a lock was waited for too long
    CSRFError: 400,
}

TITLES = {
    400: _l("Permintaan tidak dapat dijalankan"),
    401: _l("Silakan masuk dahulu"),
    403: _l("Anda tidak berwenang membuka ini"),
    404: _l("Halaman tidak ditemukan"),
    405: _l("Tindakan ini tidak dikenal"),
    409: _l("Keadaan sudah berubah"),
    413: _l("Kiriman terlalu besar"),
    422: _l("Isian belum benar"),
    429: _l("Terlalu banyak percobaan"),
    500: _l("Terjadi kesalahan pada sistem"),
    503: _l("Sistem sedang sibuk"),
}

SENTENCES = {
    400: _l("Muat ulang halaman sebelumnya, lalu coba sekali lagi."),
    401: _l("Halaman ini hanya untuk yang sudah masuk."),
    403: _l("Peran Anda tidak mencakup halaman ini. Hubungi operator KPU kabupaten/kota bila menurut Anda ini keliru."),
    404: _l("Mungkin tautannya salah ketik, atau datanya sudah dipindahkan."),
    405: _l("Kembali ke halaman sebelumnya, lalu gunakan tombol yang tersedia."),
    409: _l("Seseorang sudah mengubahnya sejak halaman ini Anda buka. Muat ulang, lalu periksa kembali."),
    413: _l("Kirim foto lebih sedikit sekaligus, atau perkecil ukuran berkasnya."),
    422: _l("Perbaiki bagian yang ditandai. Isian Anda tidak hilang."),
    429: _l("Tunggu beberapa menit, lalu coba lagi."),
    500: _l("Tidak ada yang diubah. Coba lagi beberapa saat; bila terulang, sampaikan nomor di bawah kepada operator."),
    503: _l("Tidak ada yang diubah. Coba lagi beberapa saat."),
}


def status_of(error: Exception) -> int:
    """The HTTP status of an exception: that of its nearest ancestor in the table, else 500."""
    return next((STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), 500)


def sentence_of(error: Exception) -> str:
    """What the reader is told about a refusal, in their language where the catalogue has it."""
    if isinstance(error, errors.DrawingRefused | errors.FormRefused):
        return " ".join((translated(type(error).__doc__ or ""), *map(said_of, error.problems)))
    if isinstance(error, errors.TapakError):
        return filled(error.template, error.values)
    if isinstance(error, CSRFError):
        return gettext("Halaman ini terlalu lama terbuka atau dibuka dari tempat lain. Muat ulang, lalu kirim lagi.")
    return str(SENTENCES.get(status_of(error), SENTENCES[500]))


def said_of(problem: errors.Problem) -> str:
    """What is wrong with a drawing or form, in the reader's language, with why it cannot be read."""
    if not problem.message_en or spoken() != "en":
        return problem.message
    return " ".join(filter(None, (problem.message_en, translated(problem.reason))))


def translated(words: str) -> str:
    """A sentence or phrase of the house in the reader's language, where the catalogue has it."""
    return filled(*parts(words))


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template in the reader's language, with its values: phrases and roles in it too, names as they are."""
    return gettext(template, **{name: _value(value) for name, value in values.items()}) if template else ""


def _value(value: str) -> str:
    if value in ROLE_NAMES:
        return role_name(value)
    if isinstance(value, Figure):
        return short_date(value.value) if isinstance(value.value, date) else number(value.value, spoken())
    return translated(value) if isinstance(value, Phrase) else value


def page(status: int, sentence: str, number: str | None = None) -> tuple[Response | str, int]:
    """The error page, or its JSON for whoever asks for JSON."""
    title = str(TITLES.get(status, TITLES[500]))
    if wants_json():
        return jsonify(error=title, message=sentence, number=number), status
    again = _posted() if status == 503 else ()
    return render_template(
        "error.html", status=status, title=title, sentence=sentence, number=number, again=again
    ), status


def _posted() -> tuple[tuple[str, str], ...]:
    """What was posted, for a button that sends it once more: nobody types a form twice for our sake. No passwords."""
    if request.method != "POST" or request.blueprint in ("auth", "second"):
        return ()
    return tuple(request.form.items(multi=True))


def refused(error: Exception) -> tuple[Response | str, int]:
    """Nothing was changed, and the page says why."""
    if isinstance(error, OperationalError):
        log.error("database at %s %s: %s", request.method, request.path, error.orig)
        transaction.close()
        sessions.show_nobody()
    else:
        transaction.roll_back()
    plain = isinstance(error, errors.Forbidden) and error.message == errors.Forbidden.__doc__
    return page(status_of(error), str(SENTENCES[403]) if plain else sentence_of(error))


def http_error(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    """Werkzeug's own refusals (unknown address, too large, ...), in our words; redirects pass."""
    status = error.code or 500
    if status < 400:
        return error
    transaction.roll_back()
    return page(status, str(SENTENCES.get(status, SENTENCES[400])))


def unforeseen(error: Exception) -> tuple[Response | str, int]:
    """Logged with a number; the page shows the number and nothing of the error. Under test it is raised."""
    transaction.close()
    sessions.show_nobody()
    if current_app.testing:
        raise error
    number = secrets.token_hex(4)
    log.error("error %s at %s %s", number, request.method, request.path, exc_info=error)
    return page(500, str(SENTENCES[500]), number)


def install(app: Flask) -> None:
    """Every exception that leaves a view becomes a page."""
    for kind in STATUS_OF:
        app.register_error_handler(kind, refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unforeseen)
