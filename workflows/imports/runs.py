"""The life of an import: sent, mapped, tried row by row behind the page, then applied as one, or put away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import outbox
from engine.base import table_of
from engine.errors import NotFound, Refused, Stale
from engine.host import Actor, Grant, lies_within
from engine.outbox import Taken
from workflows import agendas
from workflows.imports import applying, places, plan, rows
from workflows.imports.columns import Beginning, at, lines
from workflows.imports.fields import FIELDS, REQUIRED
from workflows.imports.reading import Table
from workflows.imports.rows import Found, Setting, Staged
from workflows.models import Account, Agenda, ImportFinding, ImportMapping, ImportRow, MemberImport
from workflows.people import NikKeys

BATCH = 1_000
"""Rows in one transaction: few, because on SQLite everybody else's writing waits for it."""

_row, _finding = table_of(ImportRow), table_of(ImportFinding)
Opened = Callable[[MemberImport], Table]
"""Gives the table of an import out of the store."""


@dataclass(frozen=True)
class Sent:
    """A file that was read and sealed in the store: what an import is begun with."""

    file: str
    kind: str
    size: int
    sha256: str
    original: str
    content: str


def agendas_of(session: Session, actor: Actor) -> list[Agenda]:
    """The agendas in which the actor is operator, of the whole or of a part."""
    scopes = _operates(actor)
    return [
        agenda for agenda in session.scalars(select(Agenda).order_by(Agenda.term_begins.desc(), Agenda.id))
        if any(lies_within(agenda.scope, scope) or lies_within(scope, agenda.scope) for scope in scopes)
    ]


def _operates(actor: Actor) -> list[str]:
    return sorted({grant.scope for grant in actor.grants if grant.role == "operator"})


def begin(
    session: Session, agenda: Agenda, sent: Sent, begins: Beginning, columns: Mapping[str, str], *, key: str,
    actor: Actor, now: datetime,
) -> MemberImport:
    """The file waits for its columns to be confirmed; as they were last said under these headings, else `columns`.

    Sent again with the same `key`, the import it had begun is answered.
    """
    known = session.scalars(
        select(MemberImport).where(MemberImport.account == actor.id, MemberImport.key == key)
    ).one_or_none()
    if known is not None:
        return known
    remembered = session.get(ImportMapping, (agenda.id, begins.fingerprint))
    begun = MemberImport(
        agenda_id=agenda.id, status="mapping", file=sent.file, type=sent.kind, size=sent.size, sha256=sent.sha256,
        original=sent.original, content=sent.content, sheet=begins.sheet, header=begins.header,
        fingerprint=begins.fingerprint, columns=dict(remembered.columns if remembered else columns),
        options=dict(remembered.options) if remembered else {}, scopes=_operates(actor),
        counts={"remembered": True} if remembered else {}, key=key, account=actor.id, account_name=actor.name,
        created_at=now, changed_at=now,
    )
    session.add(begun)
    session.flush()
    return begun


def get(session: Session, actor: Actor, import_id: int, *, lock: bool = False) -> MemberImport:
    """This import, where the actor is operator of its agenda. NotFound otherwise."""
    query = select(MemberImport).where(MemberImport.id == import_id)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None or found.agenda_id not in {agenda.id for agenda in agendas_of(session, actor)}:
        raise NotFound("Impor ini tidak ditemukan, atau di luar wilayah kerja Anda.")
    return found


def recent(session: Session, actor: Actor, most: int = 20) -> Sequence[MemberImport]:
    """The latest imports of the actor's agendas, those put away left out."""
    numbers = [agenda.id for agenda in agendas_of(session, actor)]
    return session.scalars(
        select(MemberImport).where(MemberImport.agenda_id.in_(numbers), MemberImport.status != "discarded")
        .order_by(MemberImport.id.desc()).limit(most)
    ).all()


def choose(
    session: Session, chosen: MemberImport, table: Table, *, sheet: int, header: int, columns: Mapping[str, str],
    options: Mapping[str, Any], actor: Actor, now: datetime,
) -> None:
    """The columns mean this; the rows are being tried in the background, and the meaning is remembered.

    Refused: an import that is being applied or was; a meaning without name, NIK or body; a field said twice; no rows.
    """
    if chosen.status not in ("mapping", "checking", "checked"):
        raise Stale("Impor ini sudah diterapkan atau dibuang. Muat ulang halaman.")
    begins = at(table, sheet, header)
    _sensible(columns, options)
    found = lines(table.sheets[sheet], header, columns)
    if not found:
        raise Refused("Tidak ada baris di bawah judul kolom. Periksa lembar dan baris judulnya.")
    chosen.sheet, chosen.header, chosen.fingerprint = sheet, header, begins.fingerprint
    chosen.columns, chosen.options, chosen.scopes = dict(columns), dict(options), _operates(actor)
    chosen.status, chosen.changed_at, chosen.note = "checking", now, ""
    chosen.run, chosen.done, chosen.total, chosen.counts = chosen.run + 1, 0, len(found), {}
    _empty(session, chosen.id)
    session.merge(ImportMapping(
        agenda_id=chosen.agenda_id, fingerprint=begins.fingerprint, columns=dict(columns), options=dict(options),
        account=actor.id, at=now,
    ))
    session.flush()
    _go_on(session, chosen, now, actor.id)


def _sensible(columns: Mapping[str, str], options: Mapping[str, Any]) -> None:
    said = list(columns.values())
    if any(field not in FIELDS for field in said) or len(said) != len(set(said)):
        raise Refused("Satu isian hanya boleh dipilih untuk satu kolom. Periksa pilihan yang sama.")
    if not set(REQUIRED) <= set(said):
        raise Refused("Pilih kolom untuk Nama dan NIK. Tanpa keduanya anggota tidak dapat dicatat.")
    if not {"code", "district"} & set(said) and not options.get("district"):
        raise Refused(
            "Pilih kolom Kode wilayah atau Kecamatan, atau satu kecamatan untuk seluruh berkas. Nama desa saja tidak "
            "cukup: nama yang sama ada di beberapa kecamatan."
        )


def _empty(session: Session, import_id: int) -> None:
    session.execute(delete(_finding).where(_finding.c.import_id == import_id))
    session.execute(delete(_row).where(_row.c.import_id == import_id))


def _go_on(session: Session, chosen: MemberImport, now: datetime, account: str) -> None:
    outbox.put(session, [outbox.row("import.checking", *_about(chosen, account), now)])


def _about(chosen: MemberImport, account: str) -> tuple[str, dict[str, Any]]:
    """What tells two messages about this import apart, and what they hold."""
    payload = {"import_id": chosen.id, "run": chosen.run, "account": account}
    return f"import:{chosen.status}:{chosen.id}:{chosen.run}:{chosen.done}", payload


def check(session: Session, taken: Taken, now: datetime, *, opened: Opened, keys: NikKeys) -> None:
    """The next rows were tried and the ones after them asked for; after the last, all of them together."""
    chosen = _taken(session, taken, "checking")
    if chosen is None:
        return
    table = opened(chosen)
    setting = _setting(session, chosen, table, keys, now)
    todo = lines(setting.sheet, chosen.header, chosen.columns)
    staged, found = _read(setting, todo[chosen.done:chosen.done + BATCH])
    _stage(session, chosen.id, staged, found)
    chosen.done = min(chosen.done + BATCH, len(todo))
    chosen.changed_at = now
    session.flush()
    if chosen.done < len(todo):
        _go_on(session, chosen, now, taken.payload["account"])
    else:
        _conclude(session, chosen, plan.make(session, chosen.id, chosen.agenda_id, setting.places))


def _taken(session: Session, taken: Taken, status: str) -> MemberImport | None:
    """The import this message is about, locked; None when it has gone another way since."""
    chosen = session.get(MemberImport, taken.payload["import_id"], with_for_update=True)
    return chosen if chosen and (chosen.status, chosen.run) == (status, taken.payload["run"]) else None


def _setting(session: Session, chosen: MemberImport, table: Table, keys: NikKeys, now: datetime) -> Setting:
    agenda = session.get_one(Agenda, chosen.agenda_id)
    almanac = agendas.load_almanac(session, agenda)
    return Setting(
        sheet=table.sheets[chosen.sheet], columns={field: int(column) for column, field in chosen.columns.items()},
        kind=chosen.options.get("kind", ""), district=chosen.options.get("district", ""),
        places=places.of(session, agenda), scopes=chosen.scopes, keys=keys,
        sworn_on=almanac.settings.inauguration_on, voting_day=agenda.voting_day, today=almanac.today(now),
        divisions=almanac.settings.divisions,
    )


def _read(setting: Setting, numbers: Sequence[int]) -> tuple[list[Staged], list[Found]]:
    staged, found = [], []
    for number in numbers:
        row, wrong = rows.read(setting, number)
        staged.append(row)
        found += wrong
    return staged, found


def _stage(session: Session, import_id: int, staged: Sequence[Staged], found: Sequence[Found]) -> None:
    refused = {one.line for one in found if one.hard}
    session.execute(insert(_row), [
        {
            "import_id": import_id, "line": one.line, "verdict": "refused" if one.line in refused else "",
            "body_id": one.body.id if one.body else None, "nik_digest": one.nik_digest, "nik_sealed": one.nik_sealed,
            "post": one.post, "division": one.division, "rank": one.rank, "particulars": dict(one.particulars),
        }
        for one in staged
    ])
    _say(session, import_id, found)


def _say(session: Session, import_id: int, found: Sequence[Found]) -> None:
    if found:
        session.execute(insert(_finding), [
            {"import_id": import_id, "line": one.line, "cell_column": one.column, "hard": one.hard, "kind": one.kind,
             "named": dict(one.named)}
            for one in found
        ])


def _conclude(session: Session, chosen: MemberImport, made: plan.Plan) -> None:
    """What the plan found stands beside what the rows had; each row's verdict and the numbers are told."""
    _say(session, chosen.id, made.found)
    kinds: Counter[tuple[str, bool]] = Counter()
    refused: set[int] = set()
    warned: set[int] = set()
    for line, kind, hard in session.execute(
        select(_finding.c.line, _finding.c.kind, _finding.c.hard).where(_finding.c.import_id == chosen.id)
    ):
        kinds[kind, hard] += 1
        (refused if hard else warned).add(line)
    verdicts = Counter(act.verdict for act in made.acts if act.row.line not in refused)
    chosen.counts = {
        "rows": chosen.total, "refused": len(refused), "warned": len(warned - refused),
        **{verdict: verdicts[verdict] for verdict in ("add", "change", "same")},
        "reserves": sum(act.post == "cadangan" and act.row.line not in refused for act in made.acts),
        "bodies": len({act.place.id for act in made.acts}),
        "kinds": [[kind, hard, count] for (kind, hard), count in sorted(
            kinds.items(), key=lambda pair: (not pair[0][1], -pair[1], pair[0][0])
        )],
    }
    chosen.status = "checked"
    session.flush()


def apply(session: Session, chosen: MemberImport, *, run: int, actor: Actor, now: datetime) -> None:
    """The import is being applied in the background. Asked twice, it is applied once.

    Refused: one that is not checked as the page showed it (Stale); rows that are refused; nothing to change.
    """
    if chosen.status in ("applying", "applied") and chosen.run == run:
        return
    if chosen.status != "checked" or chosen.run != run:
        raise Stale("Hasil periksa sudah berubah sejak halaman ini dibuka. Periksa hasil terbaru, lalu terapkan.")
    if chosen.counts["refused"]:
        raise Refused("Masih ada baris yang ditolak. Perbaiki berkasnya, lalu kirim lagi: semua baris masuk bersama.")
    if not chosen.counts["add"] and not chosen.counts["change"]:
        raise Refused("Tidak ada yang perlu diterapkan: isi berkas sudah sama dengan yang tercatat.")
    chosen.status, chosen.changed_at, chosen.scopes, chosen.note = "applying", now, _operates(actor), ""
    session.flush()
    outbox.put(session, [outbox.row("import.applying", *_about(chosen, actor.id), now)])


def carry_out(session: Session, taken: Taken, now: datetime) -> None:
    """The register says what the file says, all of it. What has come in between is found again, and nothing is
    written: then the import is checked anew and says why."""
    chosen = _taken(session, taken, "applying")
    if chosen is None:
        return
    agenda = session.get_one(Agenda, chosen.agenda_id)
    actor = _actor(session, taken.payload["account"], agendas.load_almanac(session, agenda).today(now))
    where = places.of(session, agenda)
    made = plan.make(session, chosen.id, agenda.id, where)
    for act in made.acts:
        if not places.covered(act.place, _operates(actor)):
            made.refuse(act.row, "outside", body=act.place.name)
    if any(one.hard for one in made.found):
        _again(session, chosen, made)
        return
    try:
        with session.begin_nested():
            applying.write(session, agenda, made)
            begun = applying.start(session, made, actor=actor, now=now) if chosen.options.get("start") else 0
    except IntegrityError:
        _again(session, chosen, made)
        return
    chosen.status, chosen.changed_at, chosen.applied_at = "applied", now, now
    chosen.applied_by, chosen.applied_name = actor.id, actor.name
    chosen.counts = {**chosen.counts, "begun": begun}
    session.execute(delete(_row).where(_row.c.import_id == chosen.id))
    session.flush()


def _again(session: Session, chosen: MemberImport, made: plan.Plan) -> None:
    """Nothing was written; the page shows what stands against it now."""
    session.execute(delete(_finding).where(_finding.c.import_id == chosen.id, _finding.c.hard))
    session.execute(delete(_finding).where(_finding.c.import_id == chosen.id, _finding.c.cell_column == -1))
    _conclude(session, chosen, made)
    chosen.note, chosen.run = "moved", chosen.run + 1
    session.flush()


def discard(session: Session, chosen: MemberImport, *, now: datetime) -> None:
    """The import is put away with the rows read from it; the file stays in the store. Refused once it is applied."""
    if chosen.status in ("applying", "applied"):
        raise Stale("Impor ini sudah diterapkan. Muat ulang halaman.")
    _empty(session, chosen.id)
    chosen.status, chosen.changed_at = "discarded", now
    session.flush()


@dataclass(frozen=True)
class Findings:
    """Some findings of an import by row, and whether there are more after them; `names` are the rows' people."""

    rows: Sequence[Any]
    names: Mapping[int, str]
    after: int


def findings(
    session: Session, import_id: int, *, kind: str = "", hard: bool = False, after: int = 0, size: int = 50
) -> Findings:
    """The findings of the rows after this one, by row, of one kind or those that are `hard`; all those of a row stand
    on one page."""
    query = select(ImportFinding).where(ImportFinding.import_id == import_id, ImportFinding.line > after)
    if kind:
        query = query.where(ImportFinding.kind == kind)
    elif hard:
        query = query.where(ImportFinding.hard)
    numbers = session.scalars(
        query.with_only_columns(ImportFinding.line).distinct().order_by(ImportFinding.line).limit(size + 1)
    ).all()
    shown = numbers[:size]
    found = session.scalars(
        query.where(ImportFinding.line.in_(shown)).order_by(ImportFinding.line, ImportFinding.hard.desc(),
                                                            ImportFinding.id)
    ).all()
    people = session.execute(
        select(ImportRow.line, ImportRow.particulars).where(
            ImportRow.import_id == import_id, ImportRow.line.in_(shown))
    )
    return Findings(found, {line: told.get("name", "") for line, told in people},
                    shown[-1] if len(numbers) > size else 0)


def marked(session: Session, import_id: int) -> dict[int, list[ImportFinding]]:
    """All findings by row, for the file that shows them."""
    found: dict[int, list[ImportFinding]] = {}
    for one in session.scalars(
        select(ImportFinding).where(ImportFinding.import_id == import_id).order_by(ImportFinding.id)
    ):
        found.setdefault(one.line, []).append(one)
    return found


def count(session: Session, import_id: int) -> int:
    """How many findings there are."""
    return session.scalar(select(func.count()).where(ImportFinding.import_id == import_id)) or 0


def _actor(session: Session, account: str, today: date) -> Actor:
    """Who asked for it, with the rights they have as operator today; their name stands in the bodies' history."""
    found = session.get(Account, int(account)) if account.isdecimal() else None
    if found is None or not found.active:
        return Actor(account, account)
    grants = tuple(
        Grant(one.role, one.scope) for one in found.assignments
        if one.role == "operator" and one.from_on <= today and (one.until_on is None or one.until_on >= today)
    )
    return Actor(account, found.name, grants, person=f"person:{found.person_id}" if found.person_id else "")
