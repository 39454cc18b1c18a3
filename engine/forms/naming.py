"""Names of HTML inputs and posted pairs: `visits-0-official` for a row's answer, `name` for a simple one.

Checklists and files repeat their name. A file is posted as its SHA-256 only; `attach` puts the description beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.forms import fields as f

MAX_PAIRS = 10_000
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")
Node = dict[str, Any]
_HERE = ""  # the key of a node under which its own values lie; no posted name has an empty step


def html_name(path: Iterable[str | int]) -> str:
    """The input's name, e.g. "visits-0-official"."""
    return "-".join(str(step) for step in path)


def parse(fields: tuple[f.Field, ...], pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """The posted pairs as nested data. Names that are not the form's are left out; gaps between rows are closed.

    Of a list with far more rows than a page could send, one more than `check` reads is kept: enough to refuse it.
    """
    root: Node = {}
    for number, (name, value) in enumerate(pairs):
        if number >= MAX_PAIRS:
            break
        steps = name.split("-") if len(name) <= 500 else []
        if not steps or not all(steps):
            continue
        node = root
        for step in steps:
            node = node.setdefault(step, {})
        node.setdefault(_HERE, []).append(value)
    return _object(fields, root)


def _object(fields: tuple[f.Field, ...], node: Node) -> dict[str, object]:
    found: dict[str, object] = {}
    for part in f.level(fields):
        below = node.get(part.key)
        if below is None:
            continue
        if isinstance(part, f.Group):
            found[part.key] = _object(part.fields, below)
        elif isinstance(part, f.DynamicList):
            rows = sorted((int(step), inside) for step, inside in below.items() if _INDEX.fullmatch(step))
            found[part.key] = [_object(part.fields, inside) for _, inside in rows[:part.readable + 1]]
        elif _HERE in below:
            found[part.key] = _answer(part, below[_HERE])
    return found


def _answer(part: f.Field, posted: list[str]) -> object:
    if isinstance(part, f.Checklist):
        return [value for value in posted if value]
    if isinstance(part, f.File):
        return [{"sha256": value} for value in posted if value]
    return posted[-1]


def pairs(fields: tuple[f.Field, ...], data: Mapping[str, Any], path: f.Path = ()) -> Iterator[tuple[str, str]]:
    """What a page that shows `data` (checked) would post: the inverse of `parse`."""
    for part in f.level(fields):
        value, here = data.get(part.key), (*path, part.key)
        if value is None or value is False:
            continue
        if isinstance(part, f.Group):
            yield from pairs(part.fields, value, here)
        elif isinstance(part, f.DynamicList):
            for index, row in enumerate(value):
                yield from pairs(part.fields, row, (*here, index))
        elif isinstance(value, list):
            for item in value:
                yield html_name(here), item["sha256"] if isinstance(item, Mapping) else str(item)
        else:
            yield html_name(here), "true" if value is True else str(value)


def attach(
    fields: tuple[f.Field, ...], data: Mapping[str, Any], known: Mapping[str, Mapping[str, object]]
) -> dict[str, object]:
    """`data` with every file that is in `known` (by SHA-256) described as there.

    Others stay as they are, and `check` refuses them.
    """
    found = dict(data)
    for part in f.level(fields):
        value = data.get(part.key)
        if isinstance(part, f.Group) and isinstance(value, Mapping):
            found[part.key] = attach(part.fields, value, known)
        elif isinstance(part, f.DynamicList) and isinstance(value, list):
            found[part.key] = [attach(part.fields, row, known) if isinstance(row, Mapping) else row for row in value]
        elif isinstance(part, f.File) and isinstance(value, list):
            found[part.key] = [_described(item, known) for item in value]
    return found


def _described(item: object, known: Mapping[str, Mapping[str, object]]) -> object:
    digest = item.get("sha256") if isinstance(item, Mapping) else None
    if isinstance(digest, str) and digest in known:
        described = known[digest]
        return {"sha256": digest, **{name: described[name] for name in ("name", "size", "type")}}
    return item


def files(fields: tuple[f.Field, ...], data: Mapping[str, Any], path: f.Path = ()) -> Iterator[tuple[f.Path, str]]:
    """The path and SHA-256 of every file in `data`, whatever shape the rest of it has."""
    for part in f.level(fields):
        value, here = data.get(part.key), (*path, part.key)
        if isinstance(part, f.Group) and isinstance(value, Mapping):
            yield from files(part.fields, value, here)
        elif isinstance(part, f.DynamicList) and isinstance(value, list):
            for index, row in enumerate(value):
                if isinstance(row, Mapping):
                    yield from files(part.fields, row, (*here, index))
        elif isinstance(part, f.File) and isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Mapping) and isinstance(item.get("sha256"), str):
                    yield (*here, index), item["sha256"]
