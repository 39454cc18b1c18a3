"""Messages that go out: by SMTP, or by messenger through Apprise, each inside its outbox message's transaction.

On SQLite that transaction keeps everybody else from writing, and elsewhere it holds a connection. So a server gets
WHOLE_SECONDS for a message in all, and after one that did not answer nobody of this process asks it again for
REST_SECONDS; what waits meanwhile is put off by the outbox. A repetition after a crash carries the same Message-ID.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib
import importlib.util
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy.orm import Session

from engine.errors import TapakError
from engine.outbox import Effect, Taken
from web import mailing_words
from web.config import Config
from workflows import mailing
from workflows.models import Account, NoticeChoice, NoticeSending

STEP_SECONDS, WHOLE_SECONDS, REST_SECONDS = 3.0, 6.0, 60.0
NO_APPRISE = "TAPAK_APPRISE diisi, tetapi paket apprise belum terpasang. Ketik: pip install apprise, lalu mulai lagi."
_resting_until: dict[str, float] = {}


class SendingFailed(TapakError):
    """Pesan belum terkirim. Tapak mencobanya lagi sendiri."""


class AddressRefused(TapakError):
    """Alamat itu ditolak untuk seterusnya oleh server surat."""


def channels(config: Config) -> tuple[str, ...]:
    """The ways out that this installation has."""
    ways = (("email", bool(config.smtp_url)), ("messenger", bool(config.apprise_url) and not lacking(config)))
    return tuple(name for name, there in ways if there)


def lacking(config: Config) -> list[str]:
    """What is set but cannot work, in a sentence each: for the start and the health page."""
    return [NO_APPRISE] if config.apprise_url and importlib.util.find_spec("apprise") is None else []


def code_for(config: Config, choice: NoticeChoice) -> str:
    """The six digits that prove an address asked for; made from the installation's key, so they are stored nowhere."""
    told = f"{choice.account_id}\n{choice.asked_channel}\n{choice.asked_address}\n{choice.nonce}"
    made = hmac.new(config.secret_key.encode(), f"notices:{told}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(made[:8], 'big') % 1_000_000:06d}"


def effects(config: Callable[[], Config]) -> Mapping[str, Effect]:
    """What is done about messages to people; `config` is asked when the first one comes."""

    def sending(session: Session, taken: Taken, now: datetime) -> None:
        send(session, sending_id=taken.payload["sending_id"], now=now, config=config())

    return {mailing.MESSAGE: sending}


def send(session: Session, *, sending_id: int, now: datetime, config: Config) -> None:
    """The message is with the server, or nobody wants it any more, or its address was refused and is switched off.

    SendingFailed, or the server's error, when it may go later.
    """
    sending = session.get_one(NoticeSending, sending_id)
    choice = session.get(NoticeChoice, sending.account_id)
    account = session.get_one(Account, sending.account_id)
    if choice is None or not account.active or sending.sent_at is not None:
        return
    asked = sending.kind == "code"
    channel, address = (choice.asked_channel, choice.asked_address) if asked else (choice.channel, choice.address)
    if not channel:
        return
    code = code_for(config, choice) if asked else ""
    letter = mailing_words.letter(session, sending, account, choice, url=config.public_url, code=code, now=now)
    try:
        _hand_over(config, channel, address, letter, _message_id(config, sending_id), sending.made_at)
    except AddressRefused:
        mailing.refused(session, choice, kind=sending.kind, now=now, dedupe=f"refused:{sending_id}")
        return
    sending.sent_at = now


def _message_id(config: Config, sending_id: int) -> str:
    """The same for each repetition of one message, and no other installation's."""
    digest = hmac.new(config.secret_key.encode(), f"sending:{sending_id}".encode(), hashlib.sha256).hexdigest()
    return f"<tapak.{digest[:32]}@{config.mail_from.rpartition('@')[2] or 'tapak.invalid'}>"


def _hand_over(
    config: Config, channel: str, address: str, letter: mailing_words.MailText, message_id: str, at: datetime
) -> None:
    if channel not in channels(config):
        raise SendingFailed(f"{channel}: saluran ini tidak lagi diatur.")
    if time.monotonic() < _resting_until.get(channel, 0.0):
        raise SendingFailed(f"{channel}: server tidak menjawab, dicoba lagi nanti.")
    try:
        if channel == "email":
            _post(config, address, letter, message_id, at)
        else:
            _message(config, address, letter)
    except (OSError, smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError):
        _resting_until[channel] = time.monotonic() + REST_SECONDS
        raise


def rested() -> None:
    """Every server may be asked again at once."""
    _resting_until.clear()


def _post(config: Config, address: str, letter: mailing_words.MailText, message_id: str, at: datetime) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = config.mail_from, address, letter.subject
    mail["Message-ID"], mail["Date"] = message_id, format_datetime(at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    server = urlsplit(config.smtp_url or "")
    secure = ssl.create_default_context()
    host = server.hostname or ""
    smtp: smtplib.SMTP = (
        smtplib.SMTP_SSL(host, server.port or 465, timeout=STEP_SECONDS, context=secure)
        if server.scheme == "smtps" else smtplib.SMTP(host, server.port or 587, timeout=STEP_SECONDS)
    )
    ending = threading.Timer(WHOLE_SECONDS, _cut, [smtp])
    ending.daemon = True
    ending.start()
    try:
        smtp.ehlo()
        if server.scheme == "smtp" and smtp.has_extn("starttls"):
            smtp.starttls(context=secure)
            smtp.ehlo()
        if server.username:
            if not isinstance(smtp.sock, ssl.SSLSocket) and host not in ("localhost", "127.0.0.1", "::1"):
                raise SendingFailed("Server surat tidak menawarkan STARTTLS: kata sandi tidak dikirim terbuka.")
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(mail)
    except smtplib.SMTPRecipientsRefused as refusal:
        if all(500 <= code < 600 for code, _ in refusal.recipients.values()):
            raise AddressRefused from refusal
        raise SendingFailed("Server surat menunda alamat itu.") from refusal
    finally:
        ending.cancel()
        smtp.close()


def _cut(smtp: smtplib.SMTP) -> None:
    """A server that drips its answers is not waited for: what reads from it meets the end."""
    line = smtp.sock
    if line is not None:
        with suppress(OSError):  # it ended by itself just now
            line.shutdown(socket.SHUT_RDWR)


def _message(config: Config, address: str, letter: mailing_words.MailText) -> None:
    apprise: Any = importlib.import_module("apprise")
    post = apprise.Apprise()
    if not post.add((config.apprise_url or "").replace("{address}", quote(address, safe=""))):
        raise SendingFailed("TAPAK_APPRISE: alamat itu tidak dikenal Apprise.")
    if not post.notify(title=letter.subject, body=letter.text):
        _resting_until["messenger"] = time.monotonic() + REST_SECONDS
        raise SendingFailed("Layanan pesan menolak atau tidak menjawab.")
