"""What is wrong with how tokens move, in words: each fault with its element, the way there and the mend."""

from __future__ import annotations

from collections.abc import Sequence

from engine.bpmn.model import Node
from engine.errors import Problem
from engine.net import Net

_WORDS = {
    "loop.never_waits": (
        "Alur berputar di sini tanpa pernah menunggu. Letakkan tugas atau jam di dalam putaran.",
        "The flow turns round here without ever waiting. Put a task or a timer into the loop.",
    ),
    "tokens.two_in_one_place": (
        "Dua cabang sampai di sini bersamaan, sehingga langkah ini terbuka dua kali. "
        "Satukan cabang dengan gerbang paralel (tanda tambah) sebelumnya.",
        "Two branches arrive here, so this step would open twice. Join them with a parallel gateway before it.",
    ),
    "gateway.too_many_ways": (
        "Terlalu banyak panah bersyarat yang dapat dilewati bersamaan dari sini. Bagi menjadi beberapa gerbang.",
        "Too many conditional flows can be taken together from here. Split them over several gateways.",
    ),
}


def problem_of(code: str, node: Node, way: Sequence[str]) -> Problem:
    """The fault at this node, reached by this way. The drawing can be played; it is not sound."""
    message, message_en = _WORDS[code]
    return Problem(code, message, node.id, node.line or None, tuple(way), message_en, severity="unsound")


def explosion(net: Net, most: int) -> Problem:
    """The refusal of a drawing with too many states: its culprit is the node with the most concurrent branches."""
    widest = max(net.nodes.values(), key=_branches)
    return Problem(
        "states.too_many",
        f"Alur ini mempunyai lebih dari {most} keadaan. Kurangi cabang yang berjalan bersamaan, "
        f"mulai dari gerbang ini ({_branches(widest)} cabang).",
        widest.id, widest.line or None, (),
        f"This process has more than {most} states. Use fewer concurrent branches, first at this gateway "
        f"({_branches(widest)} branches).",
    )


def _branches(node: Node) -> int:
    """How many tokens can leave this node together."""
    return 1 if node.kind in ("exclusiveGateway", "eventBasedGateway") else len(node.outgoing)
