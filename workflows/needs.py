"""What each stage asks of a body, and how far it is: the evidence, by whom, and what is still missing of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.host import Actor
from workflows import rounds, rules, signposts
from workflows.filings import HANDED_IN, KEPT, Place
from workflows.rounds import Round
from workflows.rules import values

MOST_NAMED = 6


@dataclass(frozen=True)
class Part:
    """One thing that a stage asks for by name: a document of the secretariat, a visit."""

    label: str
    done: bool


@dataclass(frozen=True)
class Need:
    """One piece of evidence.

    `status` is a submission's, or "open" (asked for, not begun), "missing" (not asked for yet) or "done" (the stage was
    reached without it). `fill` says what this reader can do about it: "now", "early" or "". `unfilled` are labels of
    fields that a draft or returned evidence still lacks, told only to who fills it in.
    `address` is the task where it is one of a child instance.
    """

    node: str
    title: str
    role: str
    status: str
    by: str
    on_behalf_of: str
    at: datetime | None
    fill: str
    parts: tuple[Part, ...] = ()
    unfilled: tuple[str, ...] = ()
    unfilled_more: int = 0
    address: int | None = None


@dataclass(frozen=True)
class Stage:
    """One stage with what it asks for. `state` is "done", "now", "late" or "todo"."""

    code: str
    label: str
    state: str
    reached_at: datetime | None
    needs: tuple[Need, ...]


def by_stage(
    place: Place, steps: Iterable[signposts.Step], reached: Mapping[str, datetime], filed: Iterable[Row[Any]],
    opened: Iterable[Row[Any]], inside: Mapping[int, Round], actor: Actor, names: Mapping[str, str],
) -> tuple[Stage, ...]:
    """The stages in their order; `filed` are the body's submissions, oldest first, `opened` the open tasks,
    `inside` what is known of those of child instances; each of them is a need of its own."""
    loaded, filed, opened = place.loaded, list(filed), list(opened)
    asking: dict[str, list[str]] = {}
    for node in loaded.graph.process.nodes.values():
        asks = node.kind == "userTask" and node.id not in loaded.deciding
        if asks and (stage := signposts.leads_to(loaded, node.id)) is not None:
            asking.setdefault(stage, []).append(node.id)
    early = _early(place, actor)
    return tuple(
        Stage(step.code, step.label, step.state, reached.get(step.code), tuple(
            need for node in asking.get(step.code, ())
            for need in _needs(place, node, filed, opened, inside, actor, names, early=node in early,
                               passed=step.state == "done")
        ))
        for step in steps
    )


def _needs(
    place: Place, node: str, filed: Iterable[Row[Any]], opened: Iterable[Row[Any]], inside: Mapping[int, Round],
    actor: Actor, names: Mapping[str, str], *, early: bool, passed: bool,
) -> list[Need]:
    """What one task asks for: once, or once for each of its open rounds."""
    of_node = [one for one in filed if one.node == node]
    here = [task for task in opened if task.node == node and task.role]
    rounds_open = [task for task in here if task.id in inside]
    if not rounds_open:
        return [_need(place, node, of_node, actor, names, opened=bool(here), early=early, passed=passed)]
    found = []
    for task in rounds_open:
        own = [one for one in of_node if one.instance_id == task.instance_id]
        need = _need(place, node, own, actor, names, opened=True, early=early, passed=passed)
        found.append(replace(need, title=rounds.titled(place.loaded, node, inside[task.id]), address=task.id))
    return found


def _early(place: Place, actor: Actor) -> set[str]:
    """The later tasks whose evidence this actor may prepare now."""
    row = place.instance
    if row.status != "running":
        return set()
    roles = {grant.role for grant in actor.grants if actor.holds(grant.role, row.scope)}
    return {node for role in roles for node in signposts.later_tasks(place.loaded, row.state, role)}


def _need(
    place: Place, node: str, filed: list[Row[Any]], actor: Actor, names: Mapping[str, str], *, opened: bool,
    early: bool, passed: bool,
) -> Need:
    kept = next((one for one in reversed(filed) if one.status in KEPT), None)
    last = next((one for one in reversed(filed) if one.status in HANDED_IN), None)
    status, told = _status(kept, last, opened=opened, passed=passed)
    role = place.loaded.graph.role(node)
    mine = actor.holds(role, place.instance.scope) and place.instance.status == "running"
    fill = "now" if opened and mine else "early" if early else ""
    data: Mapping[str, Any] = told.data if told is not None else {}
    unfilled = _unfilled(place, node, data) if fill and status in ("draft", "returned") else ()
    return Need(
        node=node, title=signposts.name_of(place.loaded, node), role=role, status=status,
        by=names.get(told.actor, told.actor) if told is not None else "",
        on_behalf_of=(told.on_behalf_of or "") if told is not None else "",
        at=(told.submitted_at or told.saved_at) if told is not None else None, fill=fill,
        parts=_parts(place, node, data, done=status == "done"),
        unfilled=unfilled[:MOST_NAMED], unfilled_more=max(0, len(unfilled) - MOST_NAMED),
    )


def _status(
    kept: Row[Any] | None, last: Row[Any] | None, *, opened: bool, passed: bool
) -> tuple[str, Row[Any] | None]:
    """The word for where the evidence is, and the submission that says so."""
    if opened and kept is None and last is not None and last.status == "returned":
        return "returned", last
    if kept is not None and (opened or last is None):
        return kept.status, kept
    if opened:
        return "open", None
    if last is not None:
        return last.status, last
    return ("done" if passed else "missing"), None


def _unfilled(place: Place, node: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    form = place.form(node)
    found = (form.field(error.path) for error in form.check(data, context=place.context).errors)
    return tuple(dict.fromkeys(part.label for part in found if part is not None and part.label))


def _parts(place: Place, node: str, data: Mapping[str, Any], *, done: bool) -> tuple[Part, ...]:
    """The four documents of a secretariat, the required visits of a sowan; () for other evidence."""
    body = place.body
    facts = rules.Facts(kind=body.kind, region_code=body.region_code, today=place.context["today"])
    if node == "submit_secretariat":
        every = {code: name for code, (_, name) in rules.missing_documents({}, facts).items()}
        lacking = rules.missing_documents(data, facts)
        return tuple(Part(name, done or code not in lacking) for code, name in every.items())
    if node == "submit_sowan":
        visited = {values.text(visit, "office") for visit in values.rows(data, "visits")}
        return tuple(Part(facts.label(office), done or office in visited) for office in rules.required_offices(facts))
    return ()
