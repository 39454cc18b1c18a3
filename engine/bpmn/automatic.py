"""What an automatic task, a rule task and a call ask for: the name of the work, the decision, the process.

Host code a drawing names (a class, a bean, an operation) is only a name here: of the handler that is to be registered.
"""

from __future__ import annotations

from typing import Any

from engine.bpmn import data, languages, xml
from engine.bpmn.extensions import extension, vendor, zeebe
from engine.bpmn.scope import Reading
from engine.bpmn.xml import Element

JBPM = "{http://www.jboss.org/drools}"
AUTOMATIC = frozenset({"serviceTask", "sendTask", "scriptTask", "businessRuleTask"})
THROWING = frozenset({"intermediateThrowEvent", "endEvent"})


def work(element: Element, kind: str, reading: Reading) -> dict[str, Any]:
    """The fields of Node that say what is asked of whom, by the node's kind."""
    found: dict[str, Any] = {}
    message = xml.child(element, "messageEventDefinition") if kind in THROWING else None
    if kind in AUTOMATIC or message is not None:
        found["task_type"] = (None if message is None else _task_type(message, reading)) or _task_type(element, reading)
        found["result"] = _result(element)
    if kind == "task" and (job := xml.attribute(element, f"{JBPM}taskName")):
        found |= {"kind": "serviceTask", "task_type": job}
    if kind == "scriptTask":
        found |= _script(element)
    if kind == "businessRuleTask" or _is_dmn(element):
        found |= _decision(element, reading)
    if kind == "callActivity":
        found |= _call(element, reading)
    return found


def _task_type(element: Element, reading: Reading) -> str | None:
    """The name of the job: type or topic, else that of the host code."""
    kind = vendor(element, "type")
    return (zeebe(element, "taskDefinition", "type") or vendor(element, "topic") or _spiff(element, "id")
            or (kind if kind != "external" else None)
            or vendor(element, "class") or vendor(element, "delegateExpression") or vendor(element, "expression")
            or _connector(element)
            or xml.attribute(element, f"{JBPM}taskName") or xml.attribute(element, f"{JBPM}ruleFlowGroup")
            or _operation(element, reading) or _implementation(element))


def _spiff(element: Element, name: str) -> str | None:
    return next((one.get(name) for one in extension(element, "serviceTaskOperator")), None)


def _connector(element: Element) -> str | None:
    for one in extension(element, "connector"):
        for part in one:
            if xml.local(part) == "connectorId":
                return xml.text_of(part) or None
    return None


def operation_of(element: Element, reading: Reading) -> Element | None:
    """The operation the element names, from one of the file's interfaces."""
    ref = xml.attribute(element, "operationRef") or xml.text_of(xml.child(element, "operationRef"))
    found = xml.resolve(reading.named, ref) if ref else None
    return found if found is not None and xml.local(found) == "operation" else None


def _operation(element: Element, reading: Reading) -> str | None:
    found = operation_of(element, reading)
    if found is not None:
        return xml.attribute(found, "name") or xml.attribute(found, "id")
    return xml.attribute(element, f"{JBPM}serviceoperation")


def _implementation(element: Element) -> str | None:
    stated = xml.attribute(element, "implementation")
    return stated if stated is not None and not stated.startswith("##") else None


def _result(element: Element) -> str | None:
    return (vendor(element, "resultVariable") or vendor(element, "resultVariableName")
            or _spiff(element, "resultVariable") or zeebe(element, "calledDecision", "resultVariable"))


def _script(element: Element) -> dict[str, Any]:
    """A script's text, for people; Zeebe's is one FEEL expression, and becomes an output of a task without a job."""
    expression = zeebe(element, "script", "expression")
    if expression is not None and zeebe(element, "taskDefinition", "type") is None:
        result = zeebe(element, "script", "resultVariable") or ""
        return {"task_type": "", "result": None, "outputs": ((result, expression),) if result else ()}
    file = vendor(element, "resource")
    text = xml.text_of(xml.child(element, "script"))
    return {"script": text or (languages.resource(file) if file else None)}


# decisions


def _is_dmn(element: Element) -> bool:
    return vendor(element, "type") == "dmn"


def _decision(element: Element, reading: Reading) -> dict[str, Any]:
    given = {name: value for name, value in data.inputs(element, reading) if value.startswith("= \"")}
    return {
        "decision": (zeebe(element, "calledDecision", "decisionId") or vendor(element, "decisionRef")
                     or _spiff_decision(element) or _field(element, "decisionTableReferenceKey")
                     or _field(element, "decisionServiceReferenceKey")
                     or _constant(given, "decision") or _constant(given, "model")),
        **_binding(vendor(element, "decisionRefBinding") or zeebe(element, "calledDecision", "bindingType"),
                   vendor(element, "decisionRefVersion"),
                   vendor(element, "decisionRefVersionTag") or zeebe(element, "calledDecision", "versionTag")),
    }


def _constant(given: dict[str, str], name: str) -> str | None:
    """jBPM names a DMN decision by constant inputs of the task."""
    return given[name].removeprefix('= "').removesuffix('"') if name in given else None


def _spiff_decision(element: Element) -> str | None:
    return next((xml.text_of(one) for one in extension(element, "calledDecisionId")), None) or None


def _field(element: Element, name: str) -> str | None:
    for one in extension(element, "field"):
        if one.get("name") == name:
            return one.get("stringValue") or xml.text_of(one) or None
    return None


# calls


def _call(element: Element, reading: Reading) -> dict[str, Any]:
    called = xml.attribute(element, "calledElement") or zeebe(element, "calledElement", "processId")
    if called is not None and called not in reading.named:
        bare = called.rpartition(":")[2]
        called = bare if bare in reading.named else called
    binding = vendor(element, "calledElementBinding") or zeebe(element, "calledElement", "bindingType")
    if xml.is_true(element, "{http://flowable.org/bpmn}sameDeployment", False):
        binding = binding or "deployment"
    return {"called": called, **_binding(
        binding, vendor(element, "calledElementVersion"),
        vendor(element, "calledElementVersionTag") or zeebe(element, "calledElement", "versionTag"))}


def everything(element: Element, reading: Reading) -> tuple[bool, bool]:
    """Whether a call takes and gives back all variables because its vendor says so unless told otherwise."""
    called = next(extension(element, "calledElement"), None)
    if called is not None:
        given = xml.is_true(called, "propagateAllParentVariables", True)
        mapped = any(xml.local(part) == "output" for one in extension(element, "ioMapping") for part in one)
        return given, xml.is_true(called, "propagateAllChildVariables", not mapped)
    inherited = vendor(element, "inheritVariables") == "true"
    return inherited or reading.spiff, reading.spiff


def _binding(binding: str | None, version: str | None, tag: str | None) -> dict[str, Any]:
    """Which version is meant; None, None where the drawing leaves it open."""
    if binding is None:
        binding = "version" if version else "versionTag" if tag else None
    return {"binding": binding, "version": tag if binding == "versionTag" else version}
