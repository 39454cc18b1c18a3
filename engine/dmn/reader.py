"""From the bytes of a .dmn file to a Model, or a refusal that names every fault by element id and line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.bpmn import xml
from engine.bpmn.xml import Element, attribute, is_true, line_of, local, text_of
from engine.dmn.boxed import boxed_in, function_of
from engine.dmn.model import (
    Decision,
    Function,
    Import,
    InputData,
    Item,
    Knowledge,
    Model,
    Reference,
    Service,
    Variable,
)
from engine.dmn.model import Element as Drawn
from engine.dmn.problems import problem
from engine.dmn.reading import Reading, child, children, literal_of, name_of, type_of, variable_of
from engine.errors import DrawingRefused

VERSIONS = re.compile(r"https?://www\.omg\.org/spec/DMN/(\d{8})(/|/MODEL/?|/dmn1?1?\.xsd)?")
KNOWN = {"20151101", "20151130", "20180521", "20191111", "20211108", "20230324", "20240513"}
OPEN = ("camunda.org", "operaton.org", "bpmn.io", "flowable.org", "activiti.org")
"""Tools that let a decision see all the caller brings."""


def read_model(data: bytes) -> Model:
    """The model in a DMN file. Refuses with DrawingRefused, all faults at once: what is no well-formed DMN 1.1 to 1.5,
    expressions in other languages than FEEL and JUEL, tables whose cells do not match their columns, boxes without
    their parts, ids and names missing or doubled. No other exception is raised, whatever the bytes.
    """
    root = xml.parse(data)
    version = VERSIONS.fullmatch(xml.namespace(root))
    if local(root) != "definitions" or version is None or version[1] not in KNOWN:
        raise DrawingRefused([problem("root.not_dmn", None, line_of(root), tag=local(root))])
    imports = tuple(_import(found) for found in children(root, "import"))
    reading = Reading(
        attribute(root, "namespace") or "", attribute(root, "expressionLanguage"),
        {one.namespace: one.name for one in imports if one.name})
    elements = _elements(root, reading)
    items = tuple(_item(found, reading) for found in children(root, "itemDefinition"))
    if reading.problems:
        raise DrawingRefused(sorted(reading.problems, key=lambda one: (one.line or 0, one.code, one.element or "")))
    return Model(attribute(root, "name") or "", reading.namespace, _is_open(root), items, elements, imports,
                 tuple(reading.warnings))


def _is_open(root: Element) -> bool:
    spaces: Mapping[str | None, str] = getattr(root, "nsmap", {})
    exporter = (attribute(root, "exporter") or "").lower()
    return exporter.startswith(("camunda", "dmn-js", "operaton")) or any(
        tool in uri for uri in spaces.values() for tool in OPEN)


def _import(element: Element) -> Import:
    return Import(name_of(element), attribute(element, "namespace") or "",
                  attribute(element, "importType") or "", line_of(element))


def _elements(root: Element, reading: Reading) -> dict[str, Drawn]:
    elements: dict[str, Drawn] = {}
    names: dict[str, str] = {}
    for found in children(root, *ELEMENTS):
        reading.within = attribute(found, "id") or ""
        drawn = ELEMENTS[local(found)](found, reading)
        if not drawn.id:
            reading.refuse("id.missing", found, tag=local(found), name=drawn.name)
        elif drawn.id in elements:
            reading.refuse("id.duplicate", found, first=elements[drawn.id].line)
        if not drawn.name:
            reading.refuse("name.missing", found, tag=local(found))
        elif drawn.name in names:
            reading.warnings.append(problem("name.duplicate", drawn.id, drawn.line, severity="warning",
                                            name=drawn.name, first=names[drawn.name]))
        names.setdefault(drawn.name, drawn.id)
        elements[drawn.id] = drawn
    if not any(isinstance(one, Decision | Knowledge | Service) for one in elements.values()) and not any(
            True for _ in children(root, "itemDefinition")):
        reading.refuse("decision.none", root)
    return elements


def _head(element: Element, reading: Reading) -> tuple[str, int, Variable, str]:
    """Id, line, variable and alias of a drawn element: its variable bears the element's own name."""
    name, found = name_of(element), child(element, "variable")
    if found is None:
        return reading.within, line_of(element), Variable(name, None, line_of(element)), ""
    alias = name_of(found)
    variable = Variable(name or alias, type_of(found, reading), line_of(found))
    return reading.within, line_of(element), variable, "" if alias == variable.name else alias


def _references(element: Element, holder: str | None, reading: Reading, *tags: str) -> tuple[Reference, ...]:
    """The hrefs of these children, or of those within each holder."""
    found = []
    for around in [element] if holder is None else children(element, holder):
        for one in children(around, *tags):
            href = attribute(one, "href")
            if href is None:
                reading.refuse("reference.none", one, tag=local(one))
                continue
            namespace, _, name = href.rpartition("#")
            found.append(Reference("" if namespace == reading.namespace else namespace, name, line_of(one)))
    return tuple(found)


def _decision(element: Element, reading: Reading) -> Decision:
    return Decision(
        *_head(element, reading),
        _references(element, "informationRequirement", reading, "requiredDecision", "requiredInput"),
        _references(element, "knowledgeRequirement", reading, "requiredKnowledge"), boxed_in(element, reading))


def _input(element: Element, reading: Reading) -> InputData:
    return InputData(*_head(element, reading))


def _knowledge(element: Element, reading: Reading) -> Knowledge:
    found = child(element, "encapsulatedLogic")
    logic: Function | None = None if found is None else function_of(found, reading)
    return Knowledge(
        *_head(element, reading),
        _references(element, "knowledgeRequirement", reading, "requiredKnowledge"), logic)


def _service(element: Element, reading: Reading) -> Service:
    outputs, encapsulated, decisions, inputs = (
        _references(element, None, reading, tag)
        for tag in ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData"))
    return Service(*_head(element, reading), outputs, encapsulated, decisions,
                   inputs)


ELEMENTS = {"decision": _decision, "inputData": _input, "businessKnowledgeModel": _knowledge,
            "decisionService": _service}


def _item(element: Element, reading: Reading) -> Item:
    written = child(element, "typeRef")
    function = child(element, "functionItem")
    signature = None
    if function is not None:
        parameters = tuple(variable_of(found, reading) for found in children(function, "parameters"))
        signature = parameters, type_of(function, reading, attribute(function, "outputTypeRef") or "")
    reading.within = attribute(element, "id") or ""
    allowed, constraint = child(element, "allowedValues"), child(element, "typeConstraint")
    return Item(
        reading.within, line_of(element), name_of(element),
        type_of(element, reading) if written is None else type_of(written, reading, text_of(written)),
        is_true(element, "isCollection", False),
        tuple(_item(found, reading) for found in children(element, "itemComponent")), signature,
        None if allowed is None else literal_of(allowed, reading),
        None if constraint is None else literal_of(constraint, reading))
