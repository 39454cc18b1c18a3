"""The verbs of the engine: the one door through which instances are started, moved, held and ended.

Each takes `session`, `actor`, `now` and `host`, checks who may do it under the instance's lock, writes everything that
belongs to the act, and leaves the commit to the caller.
"""

from engine.operations.automatic import run_task, task_failed
from engine.operations.children import acknowledge, child_ended
from engine.operations.claims import claim, release
from engine.operations.complete import complete_task
from engine.operations.drafts import attach, attach_all, prepare, save_draft, withdraw
from engine.operations.effects import effects
from engine.operations.fire import begin, finish, fire_timer, receive, run_done
from engine.operations.messages import Delivery, broadcast, deliver
from engine.operations.obstacles import lift_obstacle, report_obstacle
from engine.operations.outcome import Outcome
from engine.operations.start import cancel, start
from engine.operations.undo import undo, undoable

__all__ = [
    "Delivery", "Outcome", "acknowledge", "attach", "attach_all", "begin", "broadcast", "cancel", "child_ended",
    "claim", "complete_task", "deliver", "effects", "finish", "fire_timer", "lift_obstacle", "prepare", "receive",
    "release", "report_obstacle", "run_done", "run_task", "save_draft", "start", "task_failed", "undo", "undoable",
    "withdraw",
]
