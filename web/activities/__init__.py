"""The pages of activities: one inauguration, bimtek or meeting for many bodies, and handing in from it."""

from __future__ import annotations

from web.activities import attending, filling, handing, shelf, taking
from web.activities.blueprint import bp

__all__ = ["attending", "bp", "filling", "handing", "shelf", "taking"]
