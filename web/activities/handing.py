"""Handing in: the preview with a verdict for each body, the run, how far it is, and its exact result."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import Refused
from web import activity_words as words
from web import transaction
from web.access import allow, current_actor
from web.activities.blueprint import Seen, bp, new_key, posted_key, seen
from web.errors import sentence_of, status_of
from workflows.activities import hand_in, rights
from workflows.activities.hand_in import Progress
from workflows.activities.rights import LOOKING
from workflows.models.accounts import MEMBER_ROLES

HANDING = (*MEMBER_ROLES, "operator")
SHOWN = 400


@bp.get("/<int:activity_id>/serahkan")
@allow(*HANDING)
def preview(activity_id: int) -> ResponseReturnValue:
    return _page(seen(activity_id), new_key())


@bp.post("/<int:activity_id>/serahkan")
@allow(*HANDING)
def hand_over(activity_id: int) -> ResponseReturnValue:
    found, key = seen(activity_id, lock=True), posted_key()
    if request.form.get("statement_true") != "true":
        told = gettext("Centang dahulu pernyataan bahwa isian dan buktinya benar.")
        return _page(found, key, told), 422
    try:
        with transaction.session().begin_nested():
            run = hand_in.begin(
                transaction.session(), found.activity, key=key, actor=current_actor(), now=transaction.now()
            )
    except Refused as refusal:
        return _page(found, key, sentence_of(refusal)), status_of(refusal)
    return redirect(url_for("activities.run", activity_id=activity_id, run_id=run))


def _page(found: Seen, key: str, refusal: str = "") -> str:
    previewed = hand_in.preview(transaction.session(), found.activity, current_actor(), transaction.now())
    rows = [
        (one.body_id, one.name, one.verdict.code, words.sentences(said.as_dict() for said in one.verdict.said))
        for one in previewed
    ]
    tally = Counter(code for _, _, code, _ in rows)
    return render_template(
        "activities/preview.html", seen=found, activity=found.activity, rows=_in_order(rows), key=key, refusal=refusal,
        tally=[(words.verdict(code), tally[code]) for code in words.VERDICTS if tally[code]], verdict=words.verdict,
        total=len(rows), acting=sum(tally[code] for code in ("ready", "later", "lacking")),
        follows=any(said.code == "follower_ready" for one in previewed for said in one.verdict.said),
        nobody=bool(rows) and tally["not_yours"] == len(rows),
    )


def _in_order(rows: list[Any]) -> list[Any]:
    """Those with something to mend first."""
    first = {"refused": 0, "lacking": 1, "drafted": 1, "gone": 2, "not_yours": 3}
    return sorted(rows, key=lambda row: first.get(row[2], 4))


@bp.get("/<int:activity_id>/serahan/<int:run_id>")
@allow(*LOOKING)
def run(activity_id: int, run_id: int) -> ResponseReturnValue:
    found, session = seen(activity_id), transaction.session()
    done = hand_in.progress(session, run_id, found.activity)
    rows = [
        (row.id, row.name, row.verdict, words.sentences(row.said) if found.is_full else [])
        for row in hand_in.results(session, run_id, current_actor())
    ]
    return render_template(
        "activities/run.html", seen=found, activity=found.activity, rows=_in_order(rows), done=done,
        verdict=words.verdict, state=_state(done), said=_said(done),
        tally=[(words.verdict(code), done.tally[code]) for code in words.VERDICTS if done.tally.get(code)],
        again=current_actor().id == done.run.account or rights.may_edit(current_actor(), found.activity),
    )


@bp.get("/<int:activity_id>/serahan/<int:run_id>/kemajuan")
@allow(*LOOKING)
def run_progress(activity_id: int, run_id: int) -> ResponseReturnValue:
    done = hand_in.progress(transaction.session(), run_id, seen(activity_id).activity)
    return jsonify(done=done.done, total=done.total, state=_state(done), said=_said(done))


def _state(done: Progress) -> str:
    return "running" if done.run.ended_at is None else "done"


def _said(done: Progress) -> str:
    return gettext("%(done)d dari %(total)d badan", done=done.done, total=done.total)
