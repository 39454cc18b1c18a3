"""Pages of getting in without a password: the code from the operator, the PIN on a known phone, one's own phones."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from engine.errors import Refused
from web import transaction
from web.access import PUBLIC, SIGNED_IN, allow
from web.auth import attempts, devices, invitations, passwords, totp
from web.auth.second import locked, spend_code, status_for
from web.auth.views import CODE, account_page, me, safe_next, settings, sign_in_page, welcome
from web.errors import sentence_of
from workflows.models import Account, Device

bp = Blueprint("phone", __name__)

COOKIE_DAYS = 400
"""As long as browsers keep one at most."""


def cookie() -> str:
    return request.cookies.get(devices.COOKIE, "")


@bp.get("/undangan")
@allow(PUBLIC)
def ask_code() -> ResponseReturnValue:
    return render_template("auth/code.html", code="", error=None)


@bp.post("/undangan")
@allow(PUBLIC)
def give_code() -> ResponseReturnValue:
    typed, now, address = request.form.get("code", "")[:40], transaction.now(), request.remote_addr or ""
    session, guesser = transaction.session(), f"undangan {address}"
    try:
        attempts.check(session, guesser, address, now)
        invitations.find(session, typed, now)
    except invitations.InvitationSpent as refusal:
        attempts.record_failure(session, guesser, address, now)
        return render_template("auth/code.html", code=typed, error=sentence_of(refusal)), 422
    except attempts.TooManyAttempts as refusal:
        return render_template("auth/code.html", code=typed, error=sentence_of(refusal)), 429
    return redirect(url_for("phone.invitation", code=typed.strip()))


@bp.get("/undangan/<code>")
@allow(PUBLIC)
def invitation(code: str) -> ResponseReturnValue:
    """Whom the code lets in, and the PIN to choose. Looking uses nothing up."""
    try:
        account = invitations.find(transaction.session(), code[:40], transaction.now())
    except invitations.InvitationSpent as refusal:
        return render_template("auth/code.html", code="", error=sentence_of(refusal)), 404
    return _choose_page(account, code)


def _choose_page(account: Account, code: str, error: str | None = None, status: int = 200) -> ResponseReturnValue:
    return render_template("auth/invitation.html", account=account, code=code, error=error, field=CODE), status


@bp.post("/undangan/<code>")
@allow(PUBLIC)
def accept(code: str) -> ResponseReturnValue:
    """Signed in; with a PIN the browser is known from now on, with `once` it is not.

    What the operator hands out stands for the password alone: who has a second factor gives its code too, so that
    nobody comes in as somebody else by a code that was made for them.
    """
    session, now, code = transaction.session(), transaction.now(), code[:40]
    pin, keep = request.form.get("pin", ""), "once" not in request.form
    try:
        account = invitations.find(session, code, now)
        if keep:
            devices.check_new(pin, request.form.get("again", ""))
        if account.totp_secret is not None:
            spend_code(locked(account.id))
        with session.begin_nested():
            invitations.use(session, code, now)
    except (devices.PinRefused, totp.WrongCode, attempts.TooManyAttempts) as refusal:
        return _choose_page(account, code, sentence_of(refusal), status_for(refusal))
    except invitations.InvitationSpent as refusal:
        return render_template("auth/code.html", code="", error=sentence_of(refusal)), 404
    if not keep:
        welcome(account, code_at=now)
        return redirect(url_for("start.index"))
    device, secret = _remembered(account, pin)
    flash(gettext("PIN terpasang di HP ini. Lain kali cukup ketik PIN Anda."), "success")
    return _entered(account, device, redirect(url_for("start.index")), secret)


def _remembered(account: Account, pin: str) -> tuple[Device, str]:
    return devices.remember(
        transaction.session(), account, pin, key=settings().secret_key, agent=request.headers.get("User-Agent", ""),
        now=transaction.now(),
    )


def _entered(account: Account, device: Device, answer: Response, secret: str = "") -> Response:
    """The phone and its PIN are two factors of their own: the session begins as one that has given a code."""
    session = transaction.session()
    devices.opened(session, device, welcome(account, code_at=transaction.now()))
    value = devices.added(session, cookie(), secret) if secret else cookie()
    answer.set_cookie(
        devices.COOKIE, value, max_age=COOKIE_DAYS * 24 * 3600, httponly=True, samesite="Lax",
        secure=settings().secure_cookies,
    )
    return answer


@bp.post("/masuk/pin")
@allow(PUBLIC)
def enter() -> ResponseReturnValue:
    """Signed in by the PIN of a phone that is known."""
    session, now, address = transaction.session(), transaction.now(), request.remote_addr or ""
    number = request.form.get("device", "")
    guesser = f"pin {number[:20]} {address}"
    try:
        attempts.check(session, guesser, address, now)
        device = devices.open_by_pin(
            session, cookie(), int(number) if number.isdecimal() and len(number) < 18 else 0,
            request.form.get("pin", "")[:20], key=settings().secret_key, now=now,
        )
    except attempts.TooManyAttempts as refusal:
        return sign_in_page(error=refusal.message, status=429)
    except (devices.WrongPin, devices.DeviceLocked) as refusal:
        attempts.record_failure(session, guesser, address, now)
        return sign_in_page(pin_error=sentence_of(refusal), chosen=number, status=422)
    attempts.forget(session, guesser)
    account = session.get_one(Account, device.account_id)
    if not account.active or (account.demo and settings().production):
        return sign_in_page(pin_error=gettext("Akun ini tidak aktif. Hubungi operator Anda."), status=422)
    return _entered(account, device, redirect(safe_next(request.form.get("next"))))


@bp.post("/akun/pin")
@allow(SIGNED_IN)
def set_pin() -> ResponseReturnValue:
    """This browser opens the account by this PIN. It takes the old PIN or, where it had none, the password, and
    a code of the second factor where there is one: from then on the phone stands for both."""
    session, now, address = transaction.session(), transaction.now(), request.remote_addr or ""
    reader, form = me().account, request.form
    device = devices.here(session, cookie(), reader.id)
    old, pin, again = form.get("old", ""), form.get("pin", ""), form.get("again", "")
    account = session.get_one(Account, reader.id, with_for_update=True)
    try:
        attempts.check(session, reader.login, address, now)
        if device is not None:
            devices.change_pin(device, old=old, new=pin, again=again, key=settings().secret_key)
        elif not passwords.matches(account.password_hash, old):
            raise devices.WrongPin(gettext("Kata sandi tidak cocok. Ketik kata sandi yang Anda pakai untuk masuk."))
        else:
            devices.check_new(pin, again)
            if account.totp_secret is not None:
                spend_code(account)
    except Refused as refusal:
        if isinstance(refusal, devices.WrongPin):
            attempts.record_failure(session, reader.login, address, now)
        return account_page(pin_error=sentence_of(refusal), status=422)
    flash(gettext("PIN terpasang di HP ini. Lain kali cukup ketik PIN Anda."), "success")
    answer = redirect(url_for("auth.account"))
    return answer if device is not None else _entered(account, *_kept(account, pin, answer))


def _kept(account: Account, pin: str, answer: Response) -> tuple[Device, Response, str]:
    device, secret = _remembered(account, pin)
    return device, answer, secret


@bp.post("/akun/perangkat/<int:device_id>/keluarkan")
@allow(SIGNED_IN)
def forget(device_id: int) -> ResponseReturnValue:
    """One's own phone opens nothing any more. Nothing happens for one that is not there: it is gone already."""
    session = transaction.session()
    own = [one for one in devices.of_account(session, me().account.id) if one.id == device_id]
    devices.revoke(session, own, transaction.now())
    flash(gettext("Perangkat itu sudah dikeluarkan."), "success")
    return redirect(url_for("auth.account"))
