"""The same approval written by hand on the raw driver: the floor that the engine is measured against.

It takes the same lock, reads what it needs in as few statements as one would write, and writes the same rows. It asks
no rule, knows one drawing and one task, and is given ready what the engine works out (state, due day, hash).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.world import ANSWER

_NOW = "2024-06-01 03:00:00.000000"
_HASH = "0" * 64
_SALT = "0" * 32
_STATE = "sowan_done/submit_secretariat"

_STANDING = """
SELECT i.id, i.stage_version, i.version, i.seq, i.head, i.scope, i.subject, t.role, t.closed_at
FROM instance i JOIN task t ON t.instance_id = i.id WHERE t.id = %s"""
_EVIDENCE = """
SELECT s.id, s.data, b.id, b.region_code, b.oath_on FROM submission s JOIN body b ON b.instance_id = s.instance_id
WHERE s.instance_id = %s AND s.status = 'submitted'"""
_ACT = "INSERT INTO act (actor, key, digest, at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
_STAKEHOLDER = """
INSERT INTO stakeholder (region_code, kind, office, official) VALUES (%s, %s, %s, %s)
ON CONFLICT (region_code, kind, office) DO UPDATE SET official = excluded.official RETURNING id"""
_CONTACT = """
INSERT INTO contact (stakeholder_id, body_id, met_on, received_by, manner, outcome, promise, promise_due)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
_DECIDE = "UPDATE submission SET status = 'accepted', decided_at = %s, decided_by = %s, decision = %s WHERE id = %s"
_CLOSE = "UPDATE task SET closed_at = %s, closed_by = %s, outcome = 'completed' WHERE id = %s"
_CLEAR = "UPDATE timer SET closed_at = %s WHERE instance_id = %s AND host = 'approve_sowan' AND closed_at IS NULL"
_MOVE = """
UPDATE instance SET status = 'running', stage = 'sowan_done', state = %s, variables = %s, entered_at = %s,
staged_at = %s, ended_at = NULL, due_at = %s, version = %s, stage_version = %s, seq = %s, head = %s
WHERE id = %s AND version = %s AND seq = %s"""
_TASK = """
INSERT INTO task (instance_id, root_id, node, visit, stage, role, scope, opened_at, due_at)
VALUES (%s, %s, 'submit_secretariat', %s, 'sowan_done', 'pps_member', %s, %s, %s)"""
_TIMER = """
INSERT INTO timer (instance_id, node, host, visit, round, due_at, repeats, fired)
VALUES (%s, 'submit_secretariat_late', 'submit_secretariat', %s, 0, %s, 0, %s)"""
_DEED = "INSERT INTO deed (instance_id, stage_version, person, role) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
_HISTORY = """
INSERT INTO history (instance_id, seq, at, actor, action, node, source, target, details, digest, previous, hash,
  salt)
VALUES (%s, %s, %s, %s, 'task.completed', 'approve_sowan', 'inaugurated/approve_sowan', %s, %s, %s, %s, %s, %s)"""
_MESSAGE = """
INSERT INTO message (kind, dedupe, payload, created_at, available_at, attempts)
VALUES ('instance.moved', %s, %s, %s, %s, 0) ON CONFLICT DO NOTHING"""
_ANSWERED = """
INSERT INTO submission (instance_id, task_id, node, status, data, warnings, form_fingerprint, edition, actor, saved_at,
submitted_at) VALUES (%s, %s, 'approve_sowan', 'accepted', %s, '[]', %s, 1, %s, %s, %s)"""
_REVERSAL = """
INSERT INTO reversal (instance_id, seq, last, task_id, actor, at, image) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (instance_id) DO UPDATE SET seq = excluded.seq, last = excluded.last, task_id = excluded.task_id,
actor = excluded.actor, at = excluded.at, image = excluded.image"""
_BEFORE = {
    "instance": {"status": "running", "stage": "inaugurated", "state": "inaugurated/approve_sowan",
                 "variables": {"decision": "approve"}, "stage_version": 3, "version": 4, "entered_at": _NOW,
                 "staged_at": _NOW, "ended_at": None, "due_at": _NOW},
    "registers": [{"node": "submit_sowan", "before": {"rows": []}}], "prepared": [], "vote": None,
}
"""How the instance stood, as what takes the decision back asks; without the rows of the registers."""
_REMEMBER = "UPDATE act SET answer = %s WHERE actor = %s AND key = %s"


@dataclass(frozen=True)
class ByHand:
    """One raw connection, and what differs between the two drivers. `with_host` adds what KPU's host writes."""

    connection: Any
    postgres: bool
    with_host: bool = True

    def approve(self, task: int, actor: str, key: str) -> None:
        """The approval of this task is committed."""
        cursor = self.connection.cursor()
        if not self.postgres:
            cursor.execute("BEGIN IMMEDIATE")
        self._approve(self._runner(cursor), task, actor, key)
        if self.postgres:
            self.connection.commit()
        else:
            cursor.execute("COMMIT")

    def _runner(self, cursor: Any) -> Callable[..., Any]:
        if self.postgres:
            return lambda sql, *values: cursor.execute(sql, values)
        return lambda sql, *values: cursor.execute(_for_sqlite(sql), values)

    def _approve(self, run: Callable[..., Any], task: int, actor: str, key: str) -> None:
        run(_ACT, actor, key, _HASH, _NOW)
        locking = " FOR UPDATE OF i" if self.postgres else ""
        one, stay, version, seq, head, scope, _, _, closed = run(_STANDING + locking, task).fetchone()
        if closed is not None:
            raise ValueError("this task is closed")
        evidence, data, body, region, _ = run(_EVIDENCE, one).fetchone()
        due = _NOW if self.with_host else None
        if self.with_host:
            self._visited(run, body, region, data if self.postgres else json.loads(data))
        run(_DECIDE, _NOW, actor, json.dumps(ANSWER), evidence)
        run(_CLOSE, _NOW, actor, task)
        run(_CLEAR, _NOW, one)
        run(_MOVE, _STATE, json.dumps({"decision": "approve"}), _NOW, _NOW, due, version + 1, version + 1, seq + 1,
            _HASH, one, version, seq)
        run(_TASK, one, one, version + 1, scope, _NOW, due)
        if self.with_host:
            run(_TIMER, one, version + 1, due, False)
        run(_DEED, one, stay, actor, "commissioner")
        details = {"actor_name": "Komisioner", "answer": {"decision": "approve"}, "accepted": [evidence],
                   "stages": ["sowan_done"]}
        run(_HISTORY, one, seq + 1, _NOW, actor, _STATE, json.dumps(details), _HASH, head, _HASH, _SALT)
        run(_MESSAGE, f"moved:{one}:{seq + 1}", json.dumps({"instance_id": one, "seq": seq + 1}), _NOW, _NOW)
        run(_ANSWERED, one, task, json.dumps(ANSWER), _HASH, actor, _NOW, _NOW)
        run(_REVERSAL, one, seq + 1, seq + 1, task, actor, _NOW, json.dumps(_BEFORE))
        answer = {"instance_id": one, "action": "task.completed", "source": "inaugurated/approve_sowan",
                  "target": _STATE, "stage": "sowan_done", "version": version + 1, "stages": ["sowan_done"],
                  "warnings": [], "handed_in": [], "done": True}
        run(_REMEMBER, json.dumps(answer), actor, key)

    def _visited(self, run: Callable[..., Any], body: int, region: str, data: dict[str, Any]) -> None:
        for visit in data["visits"]:
            office = run(
                _STAKEHOLDER, region, visit["office"], visit["official_post"], visit["official_name"]
            ).fetchone()[0]
            promise = f"{visit['agreement']}\n{visit['follow_up']}"
            run(_CONTACT, office, body, visit["held_on"], visit["official_name"], visit["manner"], visit["outcome"],
                promise, visit["follow_up_due"])


_known: dict[str, str] = {}


def _for_sqlite(sql: str) -> str:
    if sql not in _known:
        _known[sql] = sql.replace("%s", "?")
    return _known[sql]
