"""The register of regions holds what the Kemendagri list holds, once."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from tests.conftest import Database
from workflows import regions
from workflows.models import Region


def test_temanggung_is_loaded_with_all_its_bodies_places(session: Session) -> None:
    loaded = regions.load(session)
    levels = Counter(session.scalars(select(Region.level)))
    assert levels == {"provinsi": 1, "kabupaten": 1, "kecamatan": 20, "desa": 266, "kelurahan": 23}
    assert levels["kecamatan"] + levels["desa"] + levels["kelurahan"] == 309
    assert loaded == regions.Loaded(311, 0, 0)


def test_loading_again_changes_nothing_but_mends_names(session: Session) -> None:
    regions.load(session)
    assert regions.load(session) == regions.Loaded(0, 0, 311)
    regions.get(session, "33.23.13").name = "Krangan"
    session.flush()
    assert regions.load(session) == regions.Loaded(0, 1, 310)
    session.expire_all()
    assert regions.get(session, "33.23.13").name == "Kranggan"


def test_the_whole_nation_is_loaded(database: Database) -> None:
    with database.sessions() as session:
        assert regions.load(session, within=None) == regions.Loaded(91_599, 0, 0)
        levels = dict(session.execute(select(Region.level, func.count()).group_by(Region.level)).all())
        assert (levels["provinsi"], levels["kabupaten"], levels["kota"], levels["kecamatan"]) == (38, 416, 98, 7285)
        assert levels["desa"] + levels["kelurahan"] + levels["desa_adat"] == 83_762
        orphans = session.scalar(
            select(func.count()).where(Region.parent_code.is_not(None), Region.parent_code.not_in(select(Region.code)))
        )
        assert orphans == 0


def test_lying_within_is_a_prefix_of_whole_parts(session: Session) -> None:
    session.add_all(
        Region(code=code, name=code, level=level)
        for code, level in (("33.2", "kota"), ("33.23", "kota"), ("33.23.01", "kecamatan"), ("33.24", "kota"))
    )
    session.flush()
    found = session.scalars(select(Region.code).where(regions.within(Region.code, "33.23")).order_by(Region.code))
    assert found.all() == ["33.23", "33.23.01"]
    assert not regions.is_within("33.231", "33.23")


def test_an_unknown_code_is_refused(session: Session) -> None:
    with pytest.raises(NotFound, match=r"99\.99"):
        regions.load(session, within="99.99")


@pytest.mark.parametrize(
    ("code", "office"),
    [
        ("33.23.13.2007", "kades"),
        ("33.23.13.1001", "lurah"),
        ("94.01.01.3001", "kades"),
        ("33.23.13.2007.001", "kades"),
    ],
)
def test_the_code_tells_kades_from_lurah(code: str, office: str) -> None:
    assert regions.head_of_village(code) == office


@pytest.mark.parametrize("code", ["33.23.13", "33.23.13.4001", "33.23.13.200"])
def test_other_codes_have_neither(code: str) -> None:
    with pytest.raises(ValueError, match="desa or kelurahan"):
        regions.head_of_village(code)


@pytest.mark.parametrize(
    ("kind", "unit", "labels", "name"),
    [
        ("ppk", 0, {}, "PPK Pringsurat"),
        ("pps", 0, {}, "PPS Rejosari, Kec. Pringsurat"),
        ("kpps", 3, {}, "KPPS 003 Rejosari, Kec. Pringsurat"),
        ("pps", 0, {"kecamatan": "Distrik"}, "PPS Rejosari, Distrik Pringsurat"),
    ],
)
def test_names_tell_villages_of_the_same_name_apart(kind: str, unit: int, labels: dict[str, str], name: str) -> None:
    place = "Pringsurat" if kind == "ppk" else "Rejosari"
    assert regions.body_name(kind, place, "Pringsurat", unit, labels) == name
