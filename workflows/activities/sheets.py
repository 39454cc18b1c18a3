"""The forms of the activities themselves: what is the same for all bodies that take part."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine import forms
from engine.forms import Form

FOLDER = Path(__file__).parent
NODES = {"inauguration": "submit_inauguration", "bimtek": "submit_bimtek"}
"""The task that each kind of activity hands in for; the other kinds hand in nothing."""
SETTLES = {"inauguration": "oath", "bimtek": "training"}
"""The step of a replacement that each kind of activity settles for new members."""
MARKS = {
    "inauguration": ("present", "late", "cancelled"), "bimtek": ("present", "late", "absent"),
    "rakor": ("present", "absent"), "konsolidasi": ("present", "absent"),
}
"""How a member may have taken part, by kind; the first is what is so without a word."""


@cache
def form_of(kind: str) -> Form:
    """The form of this kind of activity. KeyError for another kind."""
    name = kind if kind in NODES else "meeting"
    if kind not in MARKS:
        raise KeyError(kind)
    return forms.load((FOLDER / f"{name}.form").read_text(encoding="utf-8"))
