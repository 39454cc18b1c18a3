"""The board in groups: by kecamatan, by reason, by who must act; a group is the same as its filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from web.board_words import Card, Words
from workflows.blocked import Blocked


@dataclass(frozen=True)
class Group:
    """Some cards under one title, "" when nothing is grouped; `remind` is where their reminder is written."""

    title: str
    cards: list[Card]
    remind: str


def of(
    said: Words, rows: Sequence[Blocked], cards: Sequence[Card], by: str, link: Callable[..., Any]
) -> list[Group]:
    """The cards by group, the largest first. A body of two reasons stands under both, as either filter shows it."""
    if by not in ("kecamatan", "alasan", "pihak"):
        return [Group("", list(cards), "")] if cards else []
    found: dict[str, list[Card]] = {}
    titles: dict[str, str] = {}
    for row, card in zip(rows, cards, strict=True):
        for code, title in _codes(said, row, by).items():
            found.setdefault(code, []).append(card)
            titles[code] = title
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), titles[pair[0]]))
    return [
        Group(titles[code], inside, str(link("reminders.group", **{by: code, "kelompok": None})))
        for code, inside in ordered
    ]


def _codes(said: Words, row: Blocked, by: str) -> dict[str, str]:
    if by == "kecamatan":
        return {row.district: row.district_name or row.district}
    if by == "alasan":
        return {cause.reason: said.reason(cause.reason) for cause in row.causes}
    return {cause.owner: said.owner(cause.owner) for cause in row.causes}
