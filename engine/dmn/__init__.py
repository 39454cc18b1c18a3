"""Decisions (DMN 1.1 to 1.5): read from XML once, evaluated by engine.feel.

>>> decisions = read(xml)                                      # refuses with DrawingRefused
>>> decisions.evaluate("Dish", {"Season": "Winter"}).value
'Roastbeef'
"""

from __future__ import annotations

from engine.dmn.decisions import Decisions, Outcome, read

__all__ = ["Decisions", "Outcome", "read"]
