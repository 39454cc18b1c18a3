"""From a Drawing back to the bytes of a file."""

from __future__ import annotations

from engine.bpmn.model import Drawing


def write(drawing: Drawing) -> bytes:
    """The file as it was read, byte by byte, with all that the model does not hold: layout, extensions, comments."""
    return drawing.xml
