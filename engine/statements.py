"""The statements of the hot path: written in SQLAlchemy Core, compiled once for each kind of database, run as text.

Core builds, hashes and interprets a statement anew at each call, which costs more than the database takes for it (on
SQLite 80 to 250 µs against 5). Here the text, the values' conversions and the row's shape are made once; what remains
at each call is the driver's cursor, inside SQLAlchemy's transaction, with SQLAlchemy's errors.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Delete,
    Insert,
    Select,
    Table,
    Update,
    any_,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine import gathering
from engine.errors import Stale
from engine.gathering import Turn

Written: TypeAlias = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] | Insert | Update | Delete
Convert: TypeAlias = Callable[[Any], Any]
Values: TypeAlias = Mapping[str, Any]

AnyRow: TypeAlias = Any
"""A row of a statement, whose columns are read by name."""


class Statement:
    """One statement with named values (`bindparam`), for any number of runs, sessions and threads.

    A value's type is that of the column it meets; rows come back with their columns' types. ValueError at the first
    run when a part of it can only be rendered at each call (a list in `IN`, a default made in Python).
    """

    def __init__(self, written: Written | Callable[[str], Written], *, exactly: bool = False) -> None:
        """`written` may depend on the database: then it is a function of the dialect's name. Of an `exactly` each run
        has to touch one row: where several run at once (`engine.gathering`), fewer are Stale."""
        self._written, self._exactly = written, exactly
        self._compiled: dict[str, _Compiled] = {}

    def write(self, session: Session, values: Values, turn: Turn = Turn.REST) -> int:
        """It has run once; the answer is the number of rows it touched, 1 for one that waits (`engine.gathering`)."""
        connection, ready = self._ready(session)
        if not ready.answers and (gathered := gathering.of(session)) is not None:
            gathered.add(self, self.run, [values], turn)
            return 1
        with _cursor(connection, ready.text) as cursor:
            _execute(connection, cursor, ready.text, ready.bound(values))
            return int(cursor.rowcount)

    def write_all(self, session: Session, rows: Sequence[Values]) -> None:
        """It has run once for each of these rows, in one call of the driver; not at all without rows."""
        if len(rows) == 1:
            self.write(session, rows[0])
        elif rows and not self._ready(session)[1].answers and (gathered := gathering.of(session)) is not None:
            gathered.add(self, self.run, rows)
        elif rows:
            self.run(session, rows)

    def run(self, session: Session, rows: Sequence[Values]) -> None:
        connection, ready = self._ready(session)
        with _cursor(connection, ready.text) as cursor:
            cursor.executemany(ready.text, [ready.bound(row) for row in rows])
            if self._exactly and cursor.rowcount != len(rows):
                raise Stale()

    def rows(self, session: Session, values: Values) -> list[AnyRow]:
        """All rows it answers."""
        if (gathered := gathering.of(session)) is not None:
            gathered.before_reading()
        connection, ready = self._ready(session)
        with _cursor(connection, ready.text) as cursor:
            _execute(connection, cursor, ready.text, ready.bound(values))
            return ready.read(cursor.fetchall())

    def first(self, session: Session, values: Values) -> AnyRow:
        """The first row it answers, None when there is none."""
        found = self.rows(session, values)
        return found[0] if found else None

    def _ready(self, session: Session) -> tuple[Connection, _Compiled]:
        connection = session.connection()
        name = connection.dialect.name
        if (ready := self._compiled.get(name)) is None:
            written = self._written if not callable(self._written) else self._written(name)
            ready = self._compiled[name] = _compiled(written, _numbered(connection.dialect))
        return connection, ready


@contextmanager
def _cursor(connection: Connection, text: str) -> Iterator[Any]:
    """The driver's cursor on this connection's transaction. The driver's errors come out as SQLAlchemy's, and a
    connection that broke is given up, as they would from `Connection.execute`."""
    errors: Any = connection.dialect.loaded_dbapi
    driver: Any = connection.connection.driver_connection
    cursor = errors.RawCursor(driver) if connection.dialect.driver == "psycopg" else driver.cursor()
    try:
        yield cursor
    except errors.Error as error:
        broken = connection.dialect.is_disconnect(error, connection.connection.driver_connection, cursor)
        wrapped = DBAPIError.instance(
            text, None, error, errors.Error, connection_invalidated=broken, dialect=connection.dialect
        )
        if broken:
            connection.invalidate(error)
        raise wrapped from error
    finally:
        cursor.close()


def _execute(connection: Connection, cursor: Any, text: str, bound: Any) -> None:
    """The statement has run, and whoever listens to what this connection executes has heard of it."""
    for heard in connection.dispatch.before_cursor_execute:
        heard(connection, cursor, text, bound, None, False)
    cursor.execute(text, bound)


def among(column: Column[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Whether the column's value is in the list given under this name at each run, of any length (`IN` would be
    rendered at each call). For a statement whose `written` is a function of the dialect's name."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=postgresql.ARRAY(column.type)))
    listed = func.json_each(bindparam(name, type_=JSON)).table_valued("value", name=f"each_{name}")
    return column.in_(select(listed.c.value))


def insert_of(table: Table, *columns: str, new: bool = False, returning: str | None = None) -> Statement:
    """An INSERT of one row with these columns, its values named like them.

    With `new` it leaves out a row that some unique constraint has already; `returning` names a column to answer.
    """
    def written(dialect: str) -> Written:
        values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
        if not new:
            made: Insert = insert(table).values(values)
        elif dialect == "postgresql":
            made = postgresql.insert(table).values(values).on_conflict_do_nothing()
        else:
            made = sqlite.insert(table).values(values).on_conflict_do_nothing()
        return made.returning(table.c[returning]) if returning else made.inline()

    return Statement(written)


def upsert_of(
    table: Table, unique: tuple[str, ...], others: tuple[str, ...], *, keeping: tuple[str, ...] = ()
) -> Statement:
    """An INSERT of one row per `unique` that, where the row is there already, sets its `others`; answers its key.

    What stands in a column of `keeping` stays where the new value is NULL.
    """
    def written(dialect: str) -> Written:
        made = (postgresql if dialect == "postgresql" else sqlite).insert(table).values(
            {name: bindparam(name, type_=table.c[name].type) for name in (*unique, *others)}
        )
        changed = {
            name: func.coalesce(made.excluded[name], table.c[name]) if name in keeping else made.excluded[name]
            for name in others
        }
        written_out: Insert = made.on_conflict_do_update(index_elements=unique, set_=changed)
        return written_out.returning(*table.primary_key)

    return Statement(written)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """`given` are the values by name with their conversions, `fixed` those written into the statement itself; `answers`
    whether it gives rows back."""

    text: str
    positions: tuple[str, ...] | None
    given: tuple[tuple[str, Convert | None], ...]
    fixed: Mapping[str, Any]
    row: Callable[[Iterable[Any]], Any]
    converts: tuple[tuple[int, Convert], ...]
    answers: bool

    def bound(self, values: Values) -> Any:
        bound = dict(self.fixed)
        for name, convert in self.given:
            value = values[name]
            bound[name] = value if convert is None else convert(value)
        return bound if self.positions is None else tuple([bound[name] for name in self.positions])

    def read(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        if not self.converts:
            return [self.row(one) for one in found]
        read = []
        for one in found:
            values = list(one)
            for place, convert in self.converts:
                values[place] = convert(values[place])
            read.append(self.row(values))
        return read


def _numbered(dialect: Dialect) -> Dialect:
    """The dialect whose text the driver hands on as it is: psycopg would take `%(name)s` apart again at each call, and
    above 4 kB forgets that it did."""
    kind: Any = type(dialect)
    return cast(Dialect, kind(paramstyle="numeric_dollar")) if dialect.driver == "psycopg" else dialect


def _compiled(written: Written, dialect: Dialect) -> _Compiled:
    compiled: Any = written.compile(dialect=dialect)
    if getattr(compiled, "insert_prefetch", None) or getattr(compiled, "update_prefetch", None):
        raise ValueError(f"name each column, those with a default too: {compiled}")
    given, fixed = [], {}
    for bind, name in compiled.bind_names.items():
        if bind.expanding or bind.literal_execute:
            raise ValueError(f"this is rendered at each call: {compiled}")
        convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if bind.required:
            given.append((name, convert))
        else:
            fixed[name] = bind.value if convert is None else convert(bind.value)
    positions = compiled.positiontup
    columns = list(getattr(written, "exported_columns", ()))
    converts = [(place, column.type.dialect_impl(dialect).result_processor(dialect, None))
                for place, column in enumerate(columns)]
    return _Compiled(
        str(compiled), tuple(positions) if positions is not None else None, tuple(given), fixed,
        _shape([column.key for column in columns]),
        tuple((place, convert) for place, convert in converts if convert is not None), bool(columns),
    )


def _shape(names: Sequence[str]) -> Callable[[Iterable[Any]], Any]:
    make: Callable[[Iterable[Any]], Any] = namedtuple("Found", names)._make  # type: ignore[attr-defined] # -- made here
    return make
