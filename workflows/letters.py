"""The register of letters: each number once per issuer, attached to every body that it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.models import Body, Letter, LetterBody


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
) -> Letter:
    """The letter stands in the register and concerns these bodies, beside those it concerned before.

    The same kind, number, issuer and date is the same letter; that one number was given twice is for the rules to say.
    """
    number = " ".join(number.split())
    letter = session.scalar(
        select(Letter).where(
            Letter.agenda_id == agenda_id, Letter.kind == kind, Letter.number == number,
            Letter.issuer_code == issuer_code, Letter.on == on,
        )
    )
    if letter is None:
        letter = Letter(
            agenda_id=agenda_id, kind=kind, number=number, on=on, issuer_code=issuer_code, subject=subject
        )
        session.add(letter)
        session.flush()
    attached = set(session.scalars(select(LetterBody.body_id).where(LetterBody.letter_id == letter.id)))
    session.add_all(LetterBody(letter_id=letter.id, body_id=body.id) for body in bodies if body.id not in attached)
    session.flush()
    return letter


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
