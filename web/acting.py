"""For whom somebody acts in this request: for themselves, or on behalf of who has delegated to them."""

from __future__ import annotations

from typing import cast

from flask import g, request

from engine.host import Actor
from web import transaction
from web.access import current_actor
from web.gate import whole
from web.words import today
from workflows import delegations
from workflows.delegations import Mandate


def mandates() -> list[Mandate]:
    """The delegations this person may use today; asked once a request."""
    if "mandates" not in g:
        g.mandates = delegations.taken(transaction.session(), int(current_actor().id), today())
    return cast("list[Mandate]", g.mandates)


def mandate_id() -> int | None:
    """The delegation that the address or the form names, if any."""
    return request.values.get("an", type=whole)


def acting() -> Actor:
    """The signed-in person, or, where the request names a delegation, that person on behalf of its giver, with the
    giver's role alone. Refused with Forbidden where the delegation does not run."""
    number = mandate_id()
    if number is None:
        return current_actor()
    return delegations.acting(transaction.session(), current_actor(), number, today())
