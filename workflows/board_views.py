"""The board of blocked bodies under a name: what an account keeps for itself, and what its bare board opens with."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.errors import NotFound, Refused
from workflows.models import BoardView

MOST, LONGEST = 20, 60


def keep(session: Session, account_id: int, *, name: str, query: str, default: bool) -> BoardView:
    """The account has a view of this name with these filters; one of the same name is replaced.

    Refused: a name of nothing or of more than LONGEST letters; more than MOST views.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST:
        raise Refused("Beri nama tampilan ini, paling panjang 60 huruf.")
    found = session.scalar(select(BoardView).where(BoardView.account_id == account_id, BoardView.name == name))
    if found is None:
        kept = session.scalar(select(func.count()).where(BoardView.account_id == account_id)) or 0
        if kept >= MOST:
            raise Refused("Sudah ada 20 tampilan. Hapus satu yang tidak dipakai lagi, lalu simpan.")
        found = BoardView(account_id=account_id, name=name, query="", is_default=False)
        session.add(found)
    found.query = query[:800]
    session.flush()
    if default:
        make_default(session, account_id, found.id)
    return found


def make_default(session: Session, account_id: int, view_id: int | None) -> None:
    """The bare board of this account opens with this view; with None it opens with everything. NotFound for a view of
    somebody else."""
    found = None if view_id is None else _own(session, account_id, view_id)
    session.execute(update(BoardView).where(BoardView.account_id == account_id).values(is_default=False))
    if found is not None:
        session.refresh(found)
        found.is_default = True
        session.flush()


def remove(session: Session, account_id: int, view_id: int) -> None:
    """The account has this view no more. NotFound for a view of somebody else."""
    session.delete(_own(session, account_id, view_id))
    session.flush()


def _own(session: Session, account_id: int, view_id: int) -> BoardView:
    found = session.get(BoardView, view_id)
    if found is None or found.account_id != account_id:
        raise NotFound("Tampilan ini tidak ditemukan. Mungkin sudah dihapus.")
    return found
