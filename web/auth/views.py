"""Pages of signing in and out, of one's own account, and the language switch."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import flask
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_user, logout_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from engine.errors import Forbidden
from web import i18n, transaction
from web.access import PUBLIC, SIGNED_IN, allow, current_actor
from web.auth import accounts, attempts, devices, passwords, sessions, totp
from web.auth.accounts import DEMO_PASSWORD
from web.auth.devices import COOKIE as PHONE_COOKIE
from web.config import Config
from workflows.models.accounts import Account

bp = Blueprint("auth", __name__)
DEMO_SHOWN = 13
CODE = "kode_autentikator"
"""The name of the field in which a code of the second factor is typed; no other field of ours has it."""
STEP = "second_step"
"""Where the browser keeps what ties its right password to the code it is asked for."""


def settings() -> Config:
    config: Config = current_app.extensions["tapak.config"]
    return config


def me() -> sessions.Visitor:
    """The reader of a page that only signed-in people may open."""
    reader = sessions.visitor()
    if reader is None:
        raise Forbidden
    return reader


def safe_next(target: str | None) -> str:
    """A path of ours to go on to; the start page for anything that leads elsewhere."""
    start = url_for("start.index")
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return start
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or "\\" in target or any(ord(letter) < 32 for letter in target):
        return start
    return target


@bp.get("/masuk")
@allow(PUBLIC)
def sign_in() -> ResponseReturnValue:
    if sessions.visitor() is not None:
        return redirect(safe_next(request.args.get("next")))
    return sign_in_page()


def sign_in_page(
    login: str = "", error: str | None = None, *, pin_error: str | None = None, chosen: str = "", status: int = 200
) -> ResponseReturnValue:
    """The page to sign in: with the PIN of whom this browser knows, or by name and password."""
    known = devices.known(transaction.session(), request.cookies.get(PHONE_COOKIE, ""))
    return render_template(
        "auth/sign_in.html", login=login, error=error, pin_error=pin_error, chosen=chosen, known=known,
        next=safe_next(request.values.get("next")), demo=_demo_accounts(), password=DEMO_PASSWORD,
    ), status


def _demo_accounts() -> list[Account]:
    if settings().production:
        return []
    shown = select(Account).options(selectinload(Account.assignments)).where(Account.demo, Account.active)
    return list(transaction.session().scalars(shown.order_by(Account.id).limit(DEMO_SHOWN)))


@bp.post("/masuk")
@allow(PUBLIC)
def sign_in_post() -> ResponseReturnValue:
    typed = request.form.get("login", "")[:100]
    login, address, now = accounts.normal_login(typed), request.remote_addr or "", transaction.now()
    session = transaction.session()
    # Locked before the failures are counted: guesses sent all at once are counted one after the other.
    account = session.scalar(select(Account).where(Account.login == login).with_for_update())
    try:
        attempts.check(session, login, address, now)
    except attempts.TooManyAttempts as refusal:
        return sign_in_page(typed, refusal.message, status=429)
    usable = account is not None and account.active and not (account.demo and settings().production)
    right = passwords.matches(account.password_hash if account else None, request.form.get("password", ""))
    if account is None or not usable or not right:
        attempts.record_failure(session, login, address, now)
        wrong = gettext("Nama pengguna atau kata sandi tidak cocok. Periksa lagi huruf besar dan kecilnya.")
        return sign_in_page(typed, wrong, status=422)
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.digest(request.form["password"])
    if account.totp_secret is not None:  # its failures stay: a right password must not buy more guesses at the code
        flask.session[STEP] = totp.begin_step(session, account, now)
        return redirect(url_for("second.ask", next=safe_next(request.form.get("next"))))
    attempts.forget(session, login)
    welcome(account)
    return redirect(safe_next(request.form.get("next")))


def welcome(account: Account, *, code_at: datetime | None = None) -> sessions.Visitor:
    """This browser is signed in as this account, in a session of its own; a second factor was given at `code_at`."""
    flask.session.clear()
    agent = request.headers.get("User-Agent", "")
    visitor = sessions.open_session(transaction.session(), account, transaction.now(), agent, code_at)
    flask.session.permanent = True
    login_user(visitor)
    return visitor


@bp.post("/keluar")
@allow(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    sessions.revoke(transaction.session(), me().token, transaction.now())
    logout_user()
    flask.session.clear()
    flash(gettext("Anda sudah keluar."), "success")
    return redirect(url_for("auth.sign_in"))


@bp.get("/akun")
@allow(SIGNED_IN)
def account() -> ResponseReturnValue:
    return account_page()


def account_page(error: str | None = None, *, pin_error: str | None = None, status: int = 200) -> ResponseReturnValue:
    session, own = transaction.session(), me().account.id
    return render_template(
        "auth/account.html", error=error, pin_error=pin_error, grants=current_actor().grants, field=CODE,
        devices=devices.of_account(session, own),
        here=devices.here(session, request.cookies.get(PHONE_COOKIE, ""), own),
    ), status


@bp.post("/akun/kata-sandi")
@allow(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    session, now = transaction.session(), transaction.now()
    login, address = me().account.login, request.remote_addr or ""
    own = session.get_one(Account, me().account.id, with_for_update=True)
    new = request.form.get("new", "")
    try:
        attempts.check(session, login, address, now)
        if new != request.form.get("again", ""):
            raise passwords.PasswordRefused(gettext("Kedua isian kata sandi baru tidak sama. Ketik ulang keduanya."))
        accounts.change_password(session, own, old=request.form.get("old", ""), new=new, now=now)
    except (passwords.PasswordRefused, attempts.TooManyAttempts) as refusal:
        if isinstance(refusal, accounts.WrongPassword):
            attempts.record_failure(session, login, address, now)
        return account_page(gettext(refusal.message), status=422)
    welcome(own, code_at=me().code_at)
    flash(gettext("Kata sandi sudah diganti. Anda sudah keluar dari perangkat lain."), "success")
    return redirect(url_for("auth.account"))


@bp.post("/bahasa")
@allow(PUBLIC)
def language() -> ResponseReturnValue:
    wish = request.form.get("language", "")
    answer = redirect(safe_next(request.form.get("next")))
    if wish not in i18n.LANGUAGES:
        return answer
    reader = sessions.visitor()
    if reader is not None:
        transaction.session().get_one(Account, reader.account.id).locale = wish
    answer.set_cookie(
        i18n.COOKIE, wish, max_age=365 * 24 * 3600, httponly=True, samesite="Lax", secure=settings().secure_cookies
    )
    return answer
