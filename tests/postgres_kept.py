"""A PostgreSQL database that test after test finds as if it had just been made: emptied, not made anew.

Making one from a template copies every table and index, a tenth of a second; most tests write to ten of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, Engine

from web.db import make_engine

SCHEMA = """SELECT
  (SELECT ROW(count(*), max(oid))::text FROM pg_class), (SELECT ROW(count(*), max(oid))::text FROM pg_trigger),
  (SELECT ROW(count(*), max(oid))::text FROM pg_proc), (SELECT ROW(count(*), max(oid))::text FROM pg_constraint),
  (SELECT count(*)::text FROM pg_attribute)"""
"""Differs when anything was created, dropped or given a column, and only then."""
OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
RESTART = """SELECT setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences
  WHERE schemaname = 'public' AND last_value IS NOT NULL"""


@dataclass
class Kept:
    """One database of a server, made from `template` at first and again when a test changed its schema.

    `maker` speaks to the server outside of transactions; `url` is the database's. The rows that the template brings
    (those that a migration wrote) are not watched: no test may change them.
    """

    maker: Engine
    template: str
    name: str
    url: str
    _schema: tuple[str, ...] = ()
    _tables: tuple[str, ...] = ()

    def fresh(self) -> str:
        """The URL: schema and rows are the template's, every sequence begins anew, nobody is connected but this."""
        if not self._schema or not self._emptied():
            self._made()
        return self.url

    def drop(self) -> None:
        with self.maker.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        self._own.dispose()
        self._schema = ()

    def _made(self) -> None:
        self.drop()
        with self.maker.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {self.name} TEMPLATE {self.template}")
        with self._own.connect() as connection:
            self._schema = _schema(connection)
            tables = tuple(connection.exec_driver_sql(TABLES).scalars())
            brought = _filled(connection, tables)
            self._tables = tuple(table for table in tables if table not in brought)

    def _emptied(self) -> bool:
        """False, with nothing done, where the schema is another one."""
        with self._own.connect() as connection:
            connection.exec_driver_sql(OTHERS)
            if _schema(connection) != self._schema:
                return False
            connection.exec_driver_sql("SET session_replication_role = replica")  # nothing refuses, history neither
            filled = _filled(connection, self._tables)
            for table in filled:
                connection.exec_driver_sql(f"DELETE FROM {table}")
            if filled:  # rows lie in the order of their coming again
                connection.exec_driver_sql(f"VACUUM {', '.join(filled)}")
            connection.exec_driver_sql(RESTART)
        return True

    @cached_property
    def _own(self) -> Engine:
        """Stays connected: a new connection has yet to learn every table."""
        return make_engine(self.url, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")


def _schema(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.exec_driver_sql(SCHEMA).one())


def _filled(connection: Connection, tables: tuple[str, ...]) -> list[str]:
    """Those of the tables that have a row."""
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
    return list(connection.exec_driver_sql(asked).scalars())
