"""The register of letters: each number once per issuer, attached to every body that it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.gathering import Turn
from engine.statements import Statement, insert_of
from workflows.models import Body, Letter, LetterBody

_SAME = ("agenda_id", "kind", "number", "issuer_code", "dated")
"""The columns that tell letters apart."""
_letter = table_of(Letter)
_FIND = Statement(select(_letter.c.id).where(*(_letter.c[name] == bindparam(name) for name in _SAME)))
_WRITE = insert_of(_letter, *_SAME, "subject", new=True, returning="id")
_CONCERN = insert_of(table_of(LetterBody), "letter_id", "body_id", new=True)


def register(
    session: Session,
    *,
    agenda_id: int,
    kind: str,
    number: str,
    on: date,
    issuer_code: str,
    subject: str,
    bodies: Sequence[Body] = (),
) -> int:
    """The letter stands in the register and concerns these bodies, beside those it concerned before; its id.

    The same kind, number, issuer and date is the same letter; that one number was given twice is for the rules to say.
    """
    letter = {
        "agenda_id": agenda_id, "kind": kind, "number": " ".join(number.split()), "issuer_code": issuer_code,
        "dated": on, "subject": subject,
    }
    found = _FIND.first(session, letter) or _WRITE.first(session, letter) or _FIND.first(session, letter)
    for body in bodies:
        _CONCERN.write(session, {"letter_id": found.id, "body_id": body.id}, Turn.REGISTERS)
    return int(found.id)


def of_body(session: Session, body: Body) -> list[Letter]:
    """The letters that concern this body, oldest first."""
    return list(
        session.scalars(
            select(Letter)
            .join(LetterBody, LetterBody.letter_id == Letter.id)
            .where(LetterBody.body_id == body.id)
            .order_by(Letter.on, Letter.id)
        )
    )


def same_number(
    session: Session, *, agenda_id: int, kind: str, number: str, issuer_code: str, on: date
) -> Letter | None:
    """Another letter of this kind and issuer that carries the same number with another date, if there is one."""
    return session.scalar(
        select(Letter)
        .where(
            Letter.agenda_id == agenda_id, Letter.kind == kind, Letter.number == " ".join(number.split()),
            Letter.issuer_code == issuer_code, Letter.on != on,
        )
        .limit(1)
    )
