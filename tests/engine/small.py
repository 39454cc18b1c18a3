"""Small drawings in the words of each vendor."""

from __future__ import annotations

from engine.bpmn.model import Drawing, Node, Process
from engine.bpmn.reader import read

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
NAMES = {
    "camunda": "http://camunda.org/schema/1.0/bpmn", "flowable": "http://flowable.org/bpmn",
    "zeebe": "http://camunda.org/schema/zeebe/1.0", "spiff": "http://spiffworkflow.org/bpmn/schema/1.0/core",
    "drools": "http://www.jboss.org/drools",
}


def drawing(body: str, around: str = "", vendors: str = "camunda flowable zeebe", attributes: str = "") -> Drawing:
    declared = " ".join(f'xmlns:{name}="{NAMES[name]}"' for name in vendors.split())
    return read(f'<definitions xmlns="{MODEL}" {declared} {attributes}>{around}<process id="p">{body}</process>'
                "</definitions>".encode())


def process(body: str, around: str = "", vendors: str = "camunda flowable zeebe", attributes: str = "") -> Process:
    found = drawing(body, around, vendors, attributes).processes[0]
    assert found.unsupported == ()
    return found


def node(body: str, around: str = "", vendors: str = "camunda flowable zeebe", attributes: str = "") -> Node:
    return next(iter(process(body, around, vendors, attributes).nodes.values()))


def extended(tag: str, inside: str, attributes: str = "") -> str:
    return f'<{tag} id="t" {attributes}><extensionElements>{inside}</extensionElements></{tag}>'
