"""What jBPM and Kogito tell of a person's task through data inputs of fixed names."""

from __future__ import annotations

from typing import Any

from engine.bpmn.extensions import listed


def told(found: dict[str, Any]) -> None:
    """Afterwards roles, users and priority of a user task are those its inputs name; these are no inputs any more."""
    given = dict(found["inputs"])
    found["roles"] = (*found["roles"], *listed(_text(given.get("GroupId"))))
    found["users"] = tuple(dict.fromkeys((*found["users"], *listed(_text(given.get("ActorId"))))))
    found["priority"] = found["priority"] or _text(given.get("Priority"))
    found["inputs"] = tuple(pair for pair in found["inputs"] if pair[0] not in {"GroupId", "ActorId", "Priority"})


def _text(value: str | None) -> str | None:
    """The text of a constant; an expression stays one."""
    if value is None or not value.startswith('= "'):
        return value if value is None or value.startswith(("=", "${", "#{")) else f"= {value}"
    return value.removeprefix('= "').removesuffix('"') or None
