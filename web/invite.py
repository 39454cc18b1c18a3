"""The operator lets people in: a code for one person or for a whole body, with the words to send; phones taken away."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from web import transaction
from web.access import allow, current_actor
from web.auth import accounts, devices, invitations, sessions
from web.auth.views import settings
from web.people import new_password, person_page
from web.words import clock, today
from workflows import guests, profiles
from workflows.models import Account, Person

bp = Blueprint("invite", __name__)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """What is handed to one person: the code, its link, the words to send, and where WhatsApp opens with them."""

    name: str
    code: str
    link: str
    text: str
    whatsapp: str


@bp.post("/orang/<int:person_id>/undangan")
@allow("operator")
def person(person_id: int) -> ResponseReturnValue:
    """A person who serves here has a way in: their account, made now if they had none, and a fresh code."""
    return person_page(person_id, letter=_invited(person_id))


@bp.post("/orang/<int:person_id>/akun/<int:account_id>/keluarkan")
@allow("operator")
def sign_out(person_id: int, account_id: int) -> ResponseReturnValue:
    """The account is signed out everywhere and no phone opens it: one was lost, or changed hands."""
    session, now = transaction.session(), transaction.now()
    account = guests.account_of(session, person_id, account_id, current_actor())
    devices.revoke(session, devices.of_account(session, account.id), now)
    sessions.revoke_all(session, account, now)
    log.info("devices of account %s revoked by account %s", account.id, current_actor().id)
    flash(gettext("Semua HP dikeluarkan. Buat kode masuk baru bila orangnya harus masuk lagi."), "success")
    return redirect(url_for("people.show", person_id=person_id))


@bp.get("/badan/<int:body_id>/undangan")
@allow("operator")
def body(body_id: int) -> ResponseReturnValue:
    return _body_page(body_id, {})


@bp.post("/badan/<int:body_id>/undangan")
@allow("operator")
def whole_body(body_id: int) -> ResponseReturnValue:
    """Everybody of the body whose phone is not known yet has a fresh code."""
    _, people = guests.of_body(transaction.session(), body_id, current_actor())
    return _body_page(body_id, {one.person_id: _invited(one.person_id) for one in people if not one.has_device})


def _body_page(body_id: int, letters: dict[int, Letter]) -> ResponseReturnValue:
    shown, people = guests.of_body(transaction.session(), body_id, current_actor())
    return render_template(
        "people/invite.html", body=shown, people=people, letters=letters,
        waiting=sum(not one.has_device for one in people),
    )


def _invited(person_id: int) -> Letter:
    session, actor, now = transaction.session(), current_actor(), transaction.now()
    person, bodies = guests.posts_of(session, person_id, actor)
    account = session.scalar(
        select(Account).where(Account.person_id == person_id, Account.active).order_by(Account.id).limit(1)
    )
    if account is None:
        account = _made(person, now)
        guests.enrol(session, account, bodies, today())
    else:
        profiles.resettable(session, person_id, account.id, actor)
        guests.enrol(session, account, bodies, today())
    code = invitations.issue(session, account, by=int(actor.id), now=now)
    log.info("account %s invited by account %s", account.id, actor.id)
    link = url_for("phone.invitation", code=code, _external=True)
    text = gettext(
        "Yth. %(name)s, %(body)s. Ini tautan masuk Tapak untuk Anda: %(link)s\n\nBuka di HP Anda sendiri, lalu buat PIN"
        " 6 angka. Bila diminta kode: %(code)s\nBerlaku satu kali, sampai %(until)s. Jangan diteruskan kepada siapa"
        " pun.",
        name=person.name, body=bodies[0].name, link=link, code=code, until=clock(now + invitations.VALID),
    )
    number = accounts.normal_login(person.phone or "")
    to = number if number.isdecimal() else ""
    return Letter(person.name, code, link, text, f"https://wa.me/{to}?text={quote(text)}")


def _made(person: Person, now: datetime) -> Account:
    """An account that opens by code and PIN only: nobody knows its password."""
    number = accounts.normal_login(person.phone or "")
    taken = select(Account.id).where(Account.login == number)
    login = number if number.isdecimal() and transaction.session().scalar(taken) is None else f"anggota-{person.id}"
    return accounts.create_account(
        transaction.session(), config=settings(), login=login, name=person.name, password=new_password(login), now=now,
        person_id=person.id,
    )
