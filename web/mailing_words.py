"""What messages to people say: the notices' own titles, in their language, without anybody's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import force_locale, gettext, ngettext
from sqlalchemy.orm import Session

from web import i18n, notices
from workflows import inbox, mailing
from workflows.inbox import Told
from workflows.models import Account, NoticeChoice, NoticeSending

SHOWN = 40


@dataclass(frozen=True)
class MailText:
    """Subject and text of one message; the subject is one line."""

    subject: str
    text: str


@lru_cache(maxsize=1)
def _speaker() -> Flask:
    """Both catalogues, where there is no request."""
    app = Flask("web")
    i18n.install(app)
    return app


def letter(
    session: Session, sending: NoticeSending, account: Account, choice: NoticeChoice, *, url: str, code: str,
    now: datetime,
) -> MailText:
    """What this message says. A notice names its body only where the account's regions reach it today."""
    with _speaker().app_context(), force_locale(account.locale if account.locale in i18n.LANGUAGES else "id"):
        if sending.kind == "code":
            said = MailText(gettext("Kode Tapak"), gettext(
                "Kode Anda: %(code)s\nKetik di halaman Pilihan pemberitahuan dalam 30 menit. Tidak meminta kode ini? "
                "Abaikan saja; tidak ada lagi yang dikirim ke sini.", code=code,
            ))
        elif sending.kind == "trial":
            said = MailText(gettext("Percobaan dari Tapak"),
                            gettext("Pemberitahuan Tapak sampai di sini. Tidak ada yang perlu dilakukan."))
        else:
            day = now.astimezone(ZoneInfo(choice.timezone)).date()
            actor = mailing.actor_of(session, account, day)
            said = _listed(inbox.sent_with(session, sending.id, account.id, actor))
        choices = gettext("Mengubah atau menghentikan kiriman ini: %(url)s", url=f"{url}/pemberitahuan/pilihan")
        return MailText(" ".join(said.subject.split()), f"{said.text}\n\n{url}/pemberitahuan\n\n{choices}\n")


def _listed(told: list[Told]) -> MailText:
    subject = ngettext("Tapak: %(num)d pemberitahuan", "Tapak: %(num)d pemberitahuan", len(told))
    lines = [f"- {title(one)}{f' ({one.body})' if one.body else ''}" for one in told[:SHOWN]]
    if len(told) > SHOWN:
        more = len(told) - SHOWN
        lines.append(ngettext("dan %(num)d lagi", "dan %(num)d lagi", more))
    return MailText(subject, "\n".join(lines))


def title(told: Told) -> str:
    """The notice's first line as the page has it; people are not named outside Tapak."""
    if told.topic.startswith("delegation."):
        return gettext("Ada perubahan delegasi yang menyangkut Anda")
    params: Mapping[str, Any] = told.params
    if told.topic == "comment.mentioned":
        params = {**params, "who": gettext("Seorang rekan")}
    words, _, _ = notices.WORDS[told.topic]
    return words(told, params)[0]
