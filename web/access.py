"""Who may use which view: closed unless opened.

Every view says it with `@allow(...)`; one that says nothing stops the start of the application, and if it were added
later, answers 403 to everybody. A role here opens the page; what may be seen and done on it is decided by the scopes
of the actor's grants, which are read anew at each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Forbidden
from engine.host import Actor, lies_within
from web.auth.sessions import Visitor, visitor
from web.words import today
from workflows.models.accounts import ROLES

PUBLIC = "public"
SIGNED_IN = "signed_in"

View = TypeVar("View", bound=Callable[..., Any])


class ViewNotDeclared(Exception):
    """A view does not say who may use it."""


def allow(*who: str) -> Callable[[View], View]:
    """The view may be used by these roles only (or `PUBLIC`, or `SIGNED_IN`); ValueError for an unknown role.

    Stands below the route: `@bp.get("/boards")`, then `@allow("operator", "commissioner")`.
    """
    unknown = set(who) - {*ROLES, PUBLIC, SIGNED_IN}
    if unknown or not who:
        raise ValueError(f"allow() needs roles it knows: {sorted(unknown) or 'none given'}")

    def declare(view: View) -> View:
        cast(Any, view).allowed = frozenset(who)
        return view

    return declare


def allowed_at(app: Flask, endpoint: str) -> frozenset[str]:
    """Who may use this endpoint; empty when nobody said so."""
    return cast("frozenset[str]", getattr(app.view_functions.get(endpoint), "allowed", frozenset()))


def may_open(endpoint: str) -> bool:
    """Whether the person of this request may open this endpoint; False also when there is no such endpoint."""
    return _may(allowed_at(current_app, endpoint))


def _may(allowed: frozenset[str]) -> bool:
    if PUBLIC in allowed:
        return True
    if visitor() is None:
        return False
    return SIGNED_IN in allowed or any(grant.role in allowed for grant in current_actor().grants)


def current_actor() -> Actor:
    """The signed-in person with the grants of this very moment. Refused with Forbidden when nobody is signed in."""
    if "actor" not in g:
        reader = visitor()
        if reader is None:
            raise Forbidden
        g.actor = actor_of(reader)
    return cast(Actor, g.actor)


def actor_of(reader: Visitor) -> Actor:
    """The actor this visitor is today: one grant for each assignment that runs."""
    account = reader.account
    person = f"person:{account.person_id}" if account.person_id else ""
    return Actor(id=str(account.id), name=account.name, grants=reader.grants(today()), person=person)


def visible_scopes(actor: Actor, roles: Iterable[str]) -> tuple[str, ...]:
    """The scopes in which the actor holds one of these roles, without those that lie within another; sorted.

    "" is everything, () nothing.
    """
    wanted = frozenset(roles)
    scopes = sorted({grant.scope for grant in actor.grants if grant.role in wanted})
    return tuple(
        scope for scope in scopes if not any(other != scope and lies_within(scope, other) for other in scopes)
    )


def may_see(actor: Actor, scope: str, roles: Iterable[str] = ROLES) -> bool:
    """Whether one of these roles of the actor covers `scope`."""
    return any(lies_within(scope, around) for around in visible_scopes(actor, roles))


def check_every_view(app: Flask) -> None:
    """Every view of the application says who may use it, or ViewNotDeclared names those that do not."""
    silent = sorted(endpoint for endpoint in app.view_functions if not allowed_at(app, endpoint))
    if silent:
        raise ViewNotDeclared(f"put @allow(...) below the route of: {', '.join(silent)}")


def wants_json() -> bool:
    """Whether the caller is a program that asks for JSON rather than for a page."""
    accepts = request.accept_mimetypes
    return accepts["application/json"] > accepts["text/html"]


def guard() -> ResponseReturnValue | None:
    """Before each view: lets in whom it allows, sends others to sign in, refuses the rest with 403."""
    if request.endpoint is None:
        return None
    if _may(allowed_at(current_app, request.endpoint)):
        return None
    if visitor() is not None:
        abort(403)
    if request.method in ("GET", "HEAD") and not wants_json():
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    abort(401)
