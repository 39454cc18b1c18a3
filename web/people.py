"""Members and secretariats: found by name, shown with what the reader may see, corrected by the operator."""

from __future__ import annotations

import logging
import secrets

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import EvidenceRefused, FieldError, Refused
from web import transaction
from web.access import allow, current_actor, visible_scopes
from web.auth import passwords, sessions
from web.bodies import KINDS, asked_filters, asked_turn, export_link, page_link
from web.config import Config
from web.errors import sentence_of, status_of
from web.trail import POSTS
from workflows import profiles, register
from workflows.dossier import LOOKING
from workflows.people import NikKeys
from workflows.profiles import PRIVATE

bp = Blueprint("people", __name__, url_prefix="/orang")
log = logging.getLogger(__name__)

SYLLABLES = [first + vowel for first in "bdgjklmnprst" for vowel in "aiueo"]
WORDS, LENGTH = 4, 3


@bp.get("")
@allow(*LOOKING)
def index() -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    scopes, filters = visible_scopes(actor, LOOKING), asked_filters()
    private = any(grant.role in PRIVATE for grant in actor.grants)
    page = register.people(session, scopes, actor, filters, asked_turn(), _keys() if private else None)
    return render_template(
        "people/index.html", page=page, filters=filters, districts=register.choices(session, scopes).districts,
        kinds=KINDS, posts=list(POSTS.items()), private=private, phones=any(row.phone for row in page.rows),
        export=export_link("orang", "nominatif"),
        previous=page_link("people.index", sebelum=page.before), next=page_link("people.index", sesudah=page.after),
    )


@bp.get("/<int:person_id>")
@allow(*LOOKING)
def show(person_id: int) -> ResponseReturnValue:
    return person_page(person_id)


@bp.post("/<int:person_id>")
@allow("operator")
def correct(person_id: int) -> ResponseReturnValue:
    posted = request.form
    typed = {"name": posted.get("name", "")[:200], "phone": posted.get("phone", "")[:40]}
    try:
        with transaction.session().begin_nested():
            person = profiles.correct(
                transaction.session(), person_id, current_actor(), **typed, edition=posted.get("edition", "")[:64]
            )
    except EvidenceRefused as refusal:
        return person_page(person_id, typed=typed, errors=refusal.errors, status=422)
    except Refused as refusal:
        return person_page(person_id, typed=typed, refusal=sentence_of(refusal), status=status_of(refusal))
    log.info("person %s corrected by account %s", person.id, current_actor().id)
    flash(gettext("Data %(name)s disimpan.", name=person.name), "success")
    return redirect(url_for("people.show", person_id=person.id))


@bp.post("/<int:person_id>/akun/<int:account_id>/kata-sandi")
@allow("operator")
def reset(person_id: int, account_id: int) -> ResponseReturnValue:
    """A fresh password, shown on this answer and nowhere else; the account is signed out everywhere."""
    session = transaction.session()
    profiles.read(session, person_id, current_actor(), LOOKING, _keys())
    account = profiles.resettable(session, person_id, account_id, current_actor())
    fresh = new_password(account.login)
    account.password_hash = passwords.digest(fresh)
    sessions.revoke_all(session, account, transaction.now())
    session.flush()
    log.info("password of account %s reset by account %s", account.id, current_actor().id)
    return person_page(person_id, fresh={"login": account.login, "password": fresh})


def new_password(login: str) -> str:
    """Four made-up words that can be read out over the telephone, such as "batiru-nekola-…": about 71 bits. The login
    does not stand in it by chance ("budi" in "libudi"), which `passwords.check_new` would refuse."""
    while True:
        made = "-".join("".join(secrets.choice(SYLLABLES) for _ in range(LENGTH)) for _ in range(WORDS))
        if login not in made:
            return made


def _keys() -> NikKeys:
    config: Config = current_app.extensions["tapak.config"]
    return NikKeys.from_secret(config.secret_key.encode())


def person_page(
    person_id: int, *, typed: dict[str, str] | None = None, errors: tuple[FieldError, ...] = (), refusal: str = "",
    fresh: dict[str, str] | None = None, letter: object = None, status: int = 200,
) -> ResponseReturnValue:
    """The person as the reader may see them, with what was typed and refused, or just handed out."""
    profile = profiles.read(transaction.session(), person_id, current_actor(), LOOKING, _keys())
    shown = typed or {"name": profile.name, "phone": profile.phone or ""}
    return render_template(
        "people/show.html", profile=profile, typed=shown, errors=errors, refusal=refusal, fresh=fresh,
        letter=letter, wrong=bool(errors or refusal),
    ), status
