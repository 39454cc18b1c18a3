"""Drawings: read from BPMN 2.0 XML into a model, told in words. The only package that parses XML."""
