"""Pages of the second factor: its code at signing in, setting it up, turning it off."""

from __future__ import annotations

import logging

import flask
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import Refused
from web import transaction
from web.access import PUBLIC, SIGNED_IN, allow
from web.auth import accounts, attempts, passwords, sessions, totp
from web.auth.views import CODE, STEP, me, safe_next, settings, sign_in_page, welcome
from web.errors import sentence_of
from workflows.models import Account

bp = Blueprint("second", __name__)
log = logging.getLogger(__name__)


def typed_code() -> str:
    return request.form.get(CODE, "")[:40]


def spend_code(account: Account) -> None:
    """The typed code was this account's and is spent. WrongCode, which counts as a wrong password does, or
    TooManyAttempts; the account is locked by the caller."""
    session, now, address = transaction.session(), transaction.now(), request.remote_addr or ""
    attempts.check(session, account.login, address, now)
    try:
        totp.spend(session, account, typed_code(), key=settings().secret_key, now=now)
    except totp.WrongCode:
        attempts.record_failure(session, account.login, address, now)
        raise
    attempts.forget(session, account.login)


def locked(number: int) -> Account:
    """The account's row, so that what is typed at once is counted one after the other."""
    return transaction.session().get_one(Account, number, with_for_update=True)


def status_for(refusal: Refused) -> int:
    return 429 if isinstance(refusal, attempts.TooManyAttempts) else 422


@bp.get("/masuk/kode")
@allow(PUBLIC)
def ask() -> ResponseReturnValue:
    """The code that completes a sign-in."""
    try:
        totp.waiting(transaction.session(), flask.session.get(STEP, ""), transaction.now())
    except totp.StepSpent:
        return redirect(url_for("auth.sign_in", next=safe_next(request.args.get("next"))))
    return _ask_page()


def _ask_page(error: str | None = None, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "auth/second.html", error=error, next=safe_next(request.values.get("next")), field=CODE
    ), status


@bp.post("/masuk/kode")
@allow(PUBLIC)
def enter() -> ResponseReturnValue:
    """Signed in: the password was right before, and now the code is."""
    session, token = transaction.session(), flask.session.get(STEP, "")
    try:
        account = locked(totp.waiting(session, token, transaction.now()))
        if not account.active or account.totp_secret is None or (account.demo and settings().production):
            raise totp.StepSpent
        spend_code(account)
        totp.end_step(session, token)
    except totp.StepSpent as refusal:
        return sign_in_page(error=sentence_of(refusal), status=422)
    except (totp.WrongCode, attempts.TooManyAttempts) as refusal:
        return _ask_page(sentence_of(refusal), status_for(refusal))
    welcome(account, code_at=transaction.now())
    return redirect(safe_next(request.form.get("next")))


@bp.get("/akun/autentikator")
@allow(SIGNED_IN)
def show() -> ResponseReturnValue:
    """The second factor is set up here, and turned off where it is on."""
    return _off_page() if me().second else _on_page(totp.seal(totp.new_secret(), settings().secret_key))


def _on_page(sealed: str, error: str | None = None, status: int = 200) -> ResponseReturnValue:
    secret = totp.unseal(sealed, settings().secret_key)
    if secret is None:
        return redirect(url_for("second.show"))
    return render_template(
        "auth/authenticator.html", sealed=sealed, secret=totp.in_groups(secret), error=error, field=CODE,
        picture=totp.picture(secret, me().account.login), next=safe_next(request.values.get("next")),
    ), status


def _off_page(error: str | None = None, status: int = 200) -> ResponseReturnValue:
    return render_template("auth/authenticator_off.html", error=error, field=CODE), status


def _check_password(account: Account) -> None:
    session, now, address = transaction.session(), transaction.now(), request.remote_addr or ""
    attempts.check(session, account.login, address, now)
    if not passwords.matches(account.password_hash, request.form.get("password", "")):
        attempts.record_failure(session, account.login, address, now)
        raise accounts.WrongPassword(gettext("Kata sandi tidak cocok. Ketik kata sandi yang Anda pakai untuk masuk."))


@bp.post("/akun/autentikator")
@allow(SIGNED_IN)
def turn_on() -> ResponseReturnValue:
    """On from now: every other browser is signed out, and the recovery codes stand on this answer only."""
    session, now, sealed = transaction.session(), transaction.now(), request.form.get("sealed", "")[:255]
    account = locked(me().account.id)
    if account.totp_secret is not None:
        return redirect(url_for("second.show"))
    try:
        _check_password(account)
        codes = totp.turn_on(
            session, account, sealed=sealed, typed=typed_code(), key=settings().secret_key, now=now
        )
    except totp.WrongCode as refusal:
        attempts.record_failure(session, account.login, request.remote_addr or "", now)
        return _on_page(sealed, sentence_of(refusal), 422)
    except (accounts.WrongPassword, attempts.TooManyAttempts) as refusal:
        return _on_page(sealed, sentence_of(refusal), status_for(refusal))
    sessions.revoke_all(session, account, now)
    welcome(account, code_at=now)
    log.info("second factor of account %s turned on", account.id)
    return render_template("auth/recovery.html", codes=codes, next=safe_next(request.form.get("next")))


@bp.post("/akun/autentikator/matikan")
@allow(SIGNED_IN)
def turn_off() -> ResponseReturnValue:
    """Off from now, for whoever knows the password and has a code."""
    account = locked(me().account.id)
    if account.totp_secret is None:
        return redirect(url_for("auth.account"))
    try:
        _check_password(account)
        spend_code(account)
    except (accounts.WrongPassword, totp.WrongCode, attempts.TooManyAttempts) as refusal:
        return _off_page(sentence_of(refusal), status_for(refusal))
    totp.turn_off(transaction.session(), account)
    log.info("second factor of account %s turned off by its owner", account.id)
    flash(gettext("Kode autentikator dimatikan."), "success")
    return redirect(url_for("auth.account"))
