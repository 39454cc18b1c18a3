"""The one metadata under all tables of engine and workflows, and the tables as Core speaks of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import MetaData, Table, text
from sqlalchemy.orm import DeclarativeBase

from engine.columns import Json, UTCDateTime


class Base(DeclarativeBase):
    """The one metadata of engine and workflows, with a name for every constraint."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UTCDateTime(), dict[str, Any]: Json, list[Any]: Json}


def only(condition: str) -> dict[str, Any]:
    """An index's keywords: only the rows of this condition, on both kinds of database."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


def table_of(model: type[Base]) -> Table:
    """The model's table, for the hot path, which speaks Core."""
    return cast(Table, model.__table__)
