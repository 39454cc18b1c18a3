"""From the scopes of a process, each with its own nodes and flows, to the one plane of `engine.net`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.bpmn.model import Flow, Node, Process
from engine.net import THROWS, Net


def net_of(process: Process) -> Net:
    """The process laid into one plane."""
    nodes, flows, scope = dict[str, Node](), dict[str, Flow](), dict[str, str]()
    bodies = {process.id: process}
    todo = [process]
    while todo:
        body = todo.pop()
        flows.update(body.flows)
        for node in body.nodes.values():
            nodes[node.id], scope[node.id] = node, body.id
            if node.children is not None:
                bodies[node.id] = node.children
                todo.append(node.children)
    for throw, catch in _links(nodes, scope):
        link = Flow(f"{throw.id}..{catch.id}", throw.id, catch.id, line=throw.line)
        flows[link.id] = link
        nodes[throw.id] = replace(nodes[throw.id], outgoing=(*nodes[throw.id].outgoing, link.id))
        nodes[catch.id] = replace(nodes[catch.id], incoming=(*nodes[catch.id].incoming, link.id))
    return Net(process, nodes, flows, scope, bodies)


def _links(nodes: Mapping[str, Node], scope: Mapping[str, str]) -> list[tuple[Node, Node]]:
    links = [node for node in nodes.values() if node.event is not None and node.event.kind == "link"]
    catches = {(scope[node.id], node.event.ref): node for node in links if node.kind == "intermediateCatchEvent"
               and node.event is not None}
    return [
        (node, catches[key]) for node in links
        if node.kind in THROWS and node.event is not None and (key := (scope[node.id], node.event.ref)) in catches
    ]
