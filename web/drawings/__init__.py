"""The pages about drawings: which run, what a new one would change, who consents, and moving the bodies under way."""

from __future__ import annotations

from web.drawings import drafts, editing, moves, proposals, shelf
from web.drawings.blueprint import bp

__all__ = ["bp", "drafts", "editing", "moves", "proposals", "shelf"]
