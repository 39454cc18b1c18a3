"""BPMN 2.0.2 element by element: the standard's own list, a small drawing of each, and what becomes of it here."""
