"""Which body a row means: by its code, or by the names of kecamatan and village together; never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.host import lies_within
from workflows.imports.cells import Wrong
from workflows.imports.fields import plain
from workflows.models import Agenda, Body, Region
from workflows.regions import within

_BEFORE = ("desa", "kelurahan", "kel", "kec", "kecamatan", "distrik", "kapanewon", "kemantren", "kalurahan", "gampong",
           "ppk", "pps", "nagari", "kampung")
_KINDS_OF = {"kelurahan": "kelurahan", "kel": "kelurahan", "desa": "desa"}


@dataclass(frozen=True)
class Place:
    """A body as rows are told it: `oath_on` is None before its inauguration."""

    id: int
    kind: str
    code: str
    unit: int
    name: str
    oath_on: date | None
    begun: bool

    @property
    def scope(self) -> str:
        return f"{self.code}.{self.unit:03d}" if self.unit else self.code


def bare(text: object) -> str:
    """A region's name as it is compared, without what it is and without spaces: "Kec. Prajurit Kulon" →
    "prajuritkulon". A name that is nothing else ("Desa") stays."""
    words = plain(text).split()
    while len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
    return "".join(words)


@dataclass
class Places:
    """The regions and bodies of one agenda, found by what a row says."""

    names: dict[str, str] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    districts: dict[str, list[str]] = field(default_factory=dict)
    villages: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    bodies: dict[tuple[str, str, int], Place] = field(default_factory=dict)

    def district(self, said: str) -> str:
        """The code of the kecamatan of this name. Wrong, with the nearest names, where there is none or two."""
        found = self.districts.get(bare(said), [])
        if len(found) != 1:
            raise Wrong("district_twice" if found else "district_unknown", said=said, near=self._near(
                bare(said), {name: self.names[codes[0]] for name, codes in self.districts.items()}
            ))
        return found[0]

    def village(self, district: str, said: str) -> str:
        """The code of the village of this name in that kecamatan; "Kelurahan X" is no desa. Wrong as `district`."""
        found = self.villages.get((district, bare(said)), [])
        level = _KINDS_OF.get(plain(said).partition(" ")[0])
        if level and len(found) > 1:
            found = [code for code in found if self.levels[code] == level]
        if len(found) != 1:
            here = {name: self.names[codes[0]] for (above, name), codes in self.villages.items() if above == district}
            raise Wrong("village_twice" if found else "village_unknown", said=said, district=self.names[district],
                        near=self._near(bare(said), here))
        return found[0]

    def _near(self, said: str, names: dict[str, str]) -> str:
        """Names that look alike, to be told; never taken."""
        return ", ".join(names[one] for one in get_close_matches(said, names, 3, 0.7))

    def body(self, kind: str, code: str, unit: int) -> Place:
        """The body of this kind there. Wrong where none was formed."""
        found = self.bodies.get((kind, code, unit))
        if found is None:
            raise Wrong("no_body", kind=kind.upper(), place=self.names.get(code, code))
        return found


def of(session: Session, agenda: Agenda) -> Places:
    """The places of this agenda, in two questions."""
    found = Places()
    for region in session.execute(
        select(Region.code, Region.name, Region.level, Region.parent_code).where(within(Region.code, agenda.scope))
    ):
        found.names[region.code], found.levels[region.code] = region.name, region.level
        if region.level == "kecamatan":
            found.districts.setdefault(bare(region.name), []).append(region.code)
        elif region.code.count(".") == 3:
            found.villages.setdefault((region.parent_code, bare(region.name)), []).append(region.code)
    for number, kind, code, unit, name, oath_on, instance_id in session.execute(
        select(Body.id, Body.kind, Body.region_code, Body.unit, Body.name, Body.oath_on, Body.instance_id)
        .where(Body.agenda_id == agenda.id)
    ):
        found.bodies[kind, code, unit] = Place(number, kind, code, unit, name, oath_on, instance_id is not None)
    return found


def covered(place: Place, scopes: Iterable[str]) -> bool:
    """Whether the body lies within one of these scopes."""
    return any(lies_within(place.scope, scope) for scope in scopes)
