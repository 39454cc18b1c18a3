"""Work not handed in yet: drafts, evidence prepared for a later stage, files, and taking them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.errors import NotFound, Refused, Stale
from engine.history import canonical
from engine.host import Actor, Host
from engine.models import Attachment, Submission
from engine.operations import evidence
from engine.operations.door import Act, note, open_nodes
from engine.operations.standing import Standing, lock, require_role
from engine.statements import AnyRow, Statement, insert_of

DRAFT_BYTES = 200_000
"""A draft larger than this (as JSON, without its files) is refused."""

_submission, _attachment = table_of(Submission), table_of(Attachment)
_ATTACHED = Statement(
    select(_attachment.c.id).where(
        _attachment.c.instance_id == bindparam("i"), _attachment.c.sha256 == bindparam("hash"),
        _attachment.c.node == bindparam("n"),
    ).limit(1)
)
_ATTACH = insert_of(_attachment, *(column.key for column in _attachment.c if column.key != "id"))
_KEPT = Statement(
    select(_submission.c.id, _submission.c.edition).where(
        _submission.c.instance_id == bindparam("i"), _submission.c.node == bindparam("n"),
        or_(_submission.c.status == "draft", _submission.c.status == "prepared"),
    )
)


def save_draft(
    session: Session, *, instance_id: int, node: str, actor: Actor, now: datetime, host: Host, data: Mapping[str, Any],
    edition: int | None = None,
) -> int:
    """The data is kept as the draft of this task, as it was typed, right or wrong; the answer is its new edition.

    `edition` is the one the page was drawn with (None: no draft was there). Refused: with Stale when somebody saved
    another edition meanwhile; a draft over DRAFT_BYTES; Forbidden and OutOfScope as for handing in. Prepared evidence
    that is saved again as a draft is prepared no more.
    """
    standing = lock(session, instance_id, host)
    _require_may_fill(standing, node, actor)
    if len(canonical(data).encode("utf-8", "surrogatepass")) > DRAFT_BYTES:
        raise Refused("Isian ini terlalu panjang untuk disimpan. Pendekkan uraian, lalu simpan kembali.")
    if errors := list(evidence.unattached(session, standing.row, data)):
        raise Refused(errors[0].message)
    kept = _kept(session, instance_id, node)
    if kept is None:
        _insert(session, standing, node, actor, now, data, "draft")
        return 1
    if edition != kept.edition:
        raise Stale("Draf ini sudah diubah orang lain. Isian Anda masih ada di layar; bandingkan, lalu simpan kembali.")
    session.execute(update(_submission).where(_submission.c.id == kept.id).values(
        data=dict(data), status="draft", actor=actor.id, on_behalf_of=actor.on_behalf_of, saved_at=now,
        edition=kept.edition + 1,
    ))
    return int(kept.edition) + 1


def prepare(
    session: Session, *, instance_id: int, node: str, actor: Actor, now: datetime, host: Host, data: Mapping[str, Any]
) -> tuple[dict[str, Any], ...]:
    """The evidence of a later task waits, complete and checked; it is handed in the moment that task opens.

    The answer are its soft findings. Refused: the task is open already (hand it in), what was handed in for it is not
    decided yet, or it cannot come any more; a deciding task; EvidenceRefused as for handing in.
    """
    standing = lock(session, instance_id, host)
    _require_may_fill(standing, node, actor)
    if node in open_nodes(session, instance_id):
        raise Refused("Tugas ini sudah terbuka. Kirim buktinya langsung.")
    if node in standing.definition.deciding:
        raise Refused("Keputusan tidak dapat disiapkan lebih awal.")
    if evidence.waits(session, instance_id, node):
        raise Refused("Bukti ini sudah dikirim dan sedang diperiksa. Tunggu keputusannya dahulu.")
    if node not in standing.definition.graph.ahead(standing.row.state):
        raise Refused("Tahap untuk bukti ini sudah lewat. Tidak ada lagi yang perlu disiapkan.")
    checked = evidence.check(session, standing, node, data, now)
    kept = _kept(session, instance_id, node)
    if kept is not None:
        session.execute(update(_submission).where(_submission.c.id == kept.id).values(status="withdrawn"))
    _insert(session, standing, node, actor, now, checked.data, "prepared", checked)
    note(session, standing, Act(
        "evidence.prepared", actor, now, node, data=checked.data,
        details={"person": actor.who, "principal": actor.principal},
    ))
    return tuple(evidence.as_rows(checked.warnings))


def withdraw(session: Session, *, submission_id: int, actor: Actor, now: datetime, host: Host) -> None:
    """The draft or prepared evidence is taken back; it stays readable and is handed in no more.

    Refused: what was handed in, is decided, or was taken back already; Forbidden and OutOfScope as for handing in.
    """
    found = session.get(Submission, submission_id)
    if found is None:
        raise NotFound("Isian ini tidak ditemukan.")
    standing = lock(session, found.instance_id, host)
    session.refresh(found)
    _require_may_fill(standing, found.node, actor)
    if found.status not in ("draft", "prepared"):
        raise Refused("Bukti yang sudah dikirim tidak dapat ditarik. Minta pemeriksa mengembalikannya.")
    found.status = "withdrawn"
    note(session, standing, Act("evidence.withdrawn", actor, now, found.node))


def attach(
    session: Session, *, instance_id: int, node: str, actor: Actor, now: datetime, host: Host, sha256: str, name: str,
    type: str, size: int,
) -> dict[str, Any]:
    """The file, stored already, belongs to this instance; the answer is how form data names it.

    {"sha256", "name", "size", "type"}. The same file attached twice is one row. Forbidden and OutOfScope as for
    handing in.
    """
    standing = lock(session, instance_id, host)
    _require_may_fill(standing, node, actor)
    if _ATTACHED.first(session, {"i": instance_id, "n": node, "hash": sha256}) is None:
        _ATTACH.write(session, {
            "instance_id": instance_id, "node": node, "sha256": sha256, "name": name[:255], "type": type, "size": size,
            "added_by": actor.id, "added_at": now,
        })
    return {"sha256": sha256, "name": name[:255], "size": size, "type": type}


def attach_all(
    session: Session, *, instance_id: int, node: str, actor: Actor, now: datetime, host: Host,
    files: Iterable[Mapping[str, Any]],
) -> None:
    """These files, {"sha256", "name", "size", "type"} each, belong to this instance as by `attach`: their bytes stand
    once, however many instances refer to them. Three statements, however many files. Refused as `attach`."""
    wanted = {str(one["sha256"]): one for one in files}
    standing = lock(session, instance_id, host)
    _require_may_fill(standing, node, actor)
    known = set(session.execute(
        select(Attachment.sha256).where(
            Attachment.instance_id == instance_id, Attachment.node == node, Attachment.sha256.in_(wanted)
        )
    ).scalars())
    new = [
        {"instance_id": instance_id, "node": node, "sha256": sha256, "name": one["name"][:255], "type": one["type"],
         "size": one["size"], "added_by": actor.id, "added_at": now}
        for sha256, one in wanted.items() if sha256 not in known
    ]
    if new:
        session.execute(insert(Attachment), new)


def _require_may_fill(standing: Standing, node: str, actor: Actor) -> None:
    graph = standing.definition.graph
    found = graph.process.nodes.get(node)
    if found is None or found.kind != "userTask":
        raise NotFound("Formulir ini tidak ada pada alur badan ini.")
    if standing.row.status != "running":
        raise Refused("Alur badan ini sudah berakhir.")
    require_role(actor, graph.role(node), standing.row.scope)


def _kept(session: Session, instance_id: int, node: str) -> AnyRow | None:
    return _KEPT.first(session, {"i": instance_id, "n": node})


def _insert(
    session: Session, standing: Standing, node: str, actor: Actor, now: datetime, data: Mapping[str, Any], status: str,
    checked: evidence.Checked | None = None,
) -> None:
    form = standing.definition.form(node)
    session.execute(insert(_submission).values(
        instance_id=standing.row.id, node=node, status=status, data=dict(data), edition=1, actor=actor.id,
        warnings=evidence.as_rows(checked.warnings) if checked else [], on_behalf_of=actor.on_behalf_of, saved_at=now,
        form_fingerprint=form.fingerprint if form else "",
    ))
