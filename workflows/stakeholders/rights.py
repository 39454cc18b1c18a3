"""Who sees, keeps and adds to the register of stakeholders."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_

from engine.host import Actor, lies_within
from workflows import regions
from workflows.blocked import within
from workflows.dossier import LOOKING
from workflows.models import Body, Stakeholder
from workflows.notices import scopes_around

READERS = LOOKING
KEEPERS = ("operator", "ppk_member", "pps_member")
"""Who adds offices and contacts, each in their own region."""
_REGENCY_PARTS = 2


def visible(scopes: Iterable[str]) -> ColumnElement[bool]:
    """The office lies within one of these scopes or serves it from above: a kecamatan's or regency's."""
    wanted = list(scopes)
    above = {one for scope in wanted for one in scopes_around(scope) if one.count(".") + 1 >= _REGENCY_PARTS}
    return or_(within(Stakeholder.region_code, wanted), Stakeholder.region_code.in_(sorted(above)))


def keeps(actor: Actor, region_code: str) -> bool:
    """Whether the actor may add and correct offices of this region."""
    return any(grant.role in KEEPERS and lies_within(region_code, grant.scope) for grant in actor.grants)


def records(actor: Actor, kind: str, scope: str) -> bool:
    """Whether the actor may record contacts of this body: the operator, and its own members."""
    return kind in ("ppk", "pps") and any(
        lies_within(scope, grant.scope) and grant.role in ("operator", f"{kind}_member") for grant in actor.grants
    )


def records_of(actor: Actor, body: Body) -> bool:
    return records(actor, body.kind, body.scope)


def sees_phone(actor: Actor, region_code: str) -> bool:
    """Telephone numbers are for the office and the members in whose region it lies."""
    return any(
        grant.role in (*KEEPERS, "commissioner") and lies_within(region_code, grant.scope) for grant in actor.grants
    )


def may_see(region_code: str, scopes: Iterable[str]) -> bool:
    """The same as `visible`, for one office."""
    return any(
        not scope or regions.is_within(region_code, scope)
        or (regions.is_within(scope, region_code) and region_code.count(".") + 1 >= _REGENCY_PARTS)
        for scope in scopes
    )
