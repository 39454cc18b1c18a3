"""Moving the instances under way from one version of a drawing to another.

`plan` says beforehand what would become of every instance, `rehearse` the same before a drawing is stored; `begin`
opens a run, `move` carries out its next batch, `stop` ends it for now, `undo` takes it back, until the first act after
it, instance by instance.
"""

from engine.migration.pairing import CANNOT, MOVES, NEEDS_MAPPING, MappingRefused, Pairing, Reason
from engine.migration.planning import LOSES, Group, Plan, plan, rehearse
from engine.migration.runs import BATCH, Progress, begin, move, progress, refusals, stop, undo

__all__ = [
    "BATCH", "CANNOT", "LOSES", "MOVES", "NEEDS_MAPPING", "Group", "MappingRefused", "Pairing", "Plan", "Progress",
    "Reason", "begin", "move", "plan", "progress", "refusals", "rehearse", "stop", "undo",
]
