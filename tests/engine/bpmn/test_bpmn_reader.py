"""What a drawing says is what the model says."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn.extensions import form, listed
from engine.bpmn.model import Event, Loop, Timer
from engine.bpmn.reader import read
from engine.bpmn.writer import write
from engine.bpmn.xml import parse

APPROVAL = (Path(__file__).parent / "drawings" / "approval.bpmn").read_bytes()
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
VENDORS = """xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:operaton="http://operaton.org/schema/1.0/bpmn"
 xmlns:flowable="http://flowable.org/bpmn" xmlns:activiti="http://activiti.org/bpmn"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:spiff="http://spiffworkflow.org/bpmn/schema/1.0/core" """


def drawing(body: str, around: str = "") -> bytes:
    return f'<definitions xmlns="{MODEL}" {VENDORS}>{around}<process id="p">{body}</process></definitions>'.encode()


def unsupported(body: str, around: str = "") -> list[tuple[str, str]]:
    return [(one.element, one.tag) for one in read(drawing(body, around)).processes[0].unsupported]


def test_process_pools_and_message_flows() -> None:
    found = read(APPROVAL)
    process = found.process()
    assert (process.id, process.name, process.executable, process.line) == ("p", "Pelantikan", True, 13)
    assert [(one.id, one.name, one.process) for one in found.participants] == [
        ("pool", "PPK", "p"), ("box", "KPU Provinsi", None)]
    assert [(one.id, one.source, one.target) for one in found.message_flows] == [("mf", "done", "box")]
    assert found.target_namespace == "http://tapak.test"
    assert write(found) == APPROVAL


def test_nodes_and_flows() -> None:
    process = read(APPROVAL).process()
    assert [node.id for node in process.walk()] == [
        "begun", "submit", "overdue", "told", "approve", "choice", "meeting", "opened", "decide", "closed", "done"]
    assert [node.id for node in process.starts] == ["begun"]
    submit = process.nodes["submit"]
    assert (submit.kind, submit.name, submit.line) == ("userTask", "Ajukan\nbukti", 34)
    assert (submit.form, submit.due, submit.documentation) == (
        "submit", "${body.inauguration_due}", "Unggah berita acara.")
    assert dict(submit.properties) == {"photos": "2"}
    assert (submit.incoming, submit.outgoing) == (("f1", "f5"), ("f2",))
    assert [flow.target for flow in process.outgoing("choice")] == ["submit", "meeting"]
    assert [flow.source for flow in process.incoming("done")] == ["meeting"]
    assert process.flows["f5"].condition == '= decision = "return"'
    assert process.nodes["choice"].default == "f6"
    assert [flow.id for flow in process.outgoing("meeting")] == ["meeting..done"]


def test_lanes_the_innermost_counts_and_a_sub_process_hands_it_on() -> None:
    found = read(APPROVAL)
    process = found.process()
    assert [(lane.id, lane.parent, lane.nodes) for lane in process.lanes] == [
        ("body", None, ("begun", "submit")), ("ppk_member", "body", ("submit",)),
        ("commissioner", None, ("approve", "choice", "meeting"))]
    assert {name: node.lane for name, node in process.nodes.items()} == {
        "begun": "body", "submit": "ppk_member", "overdue": None, "told": None, "approve": "commissioner",
        "choice": "commissioner", "meeting": "commissioner", "done": None}
    lane = process.lane_of("submit")
    assert lane is not None
    assert lane.name == "Anggota PPK"
    meeting = process.nodes["meeting"].children
    assert meeting is not None
    assert meeting.nodes["decide"].lane == "commissioner"
    assert [(one.code, one.element, one.line, one.severity) for one in found.warnings] == [
        ("lane.node_unknown", "commissioner", 24, "warning")]


def test_events_timers_and_escalations() -> None:
    process = read(APPROVAL).process()
    overdue = process.nodes["overdue"]
    assert (overdue.attached_to, overdue.interrupting) == ("submit", False)
    assert overdue.event == Event(kind="timer", timer=Timer("duration", "P7D", 47), line=46)
    assert process.boundaries("submit") == (overdue,)
    assert process.nodes["told"].event == Event(kind="escalation", ref="late", name="Terlambat", line=51)
    assert process.nodes["begun"].event == Event(kind="none", line=31)


def test_zeebe_assignment_form_due_and_quorum() -> None:
    approve = read(APPROVAL).process().nodes["approve"]
    assert (approve.roles, approve.form, approve.due) == (("commissioner", "operator"), "approval", "= body.sowan_due")
    assert approve.loop == Loop(kind="sequential", collection="= members", element="member",
                                completion="= approved >= 3", line=59)
    assert read(APPROVAL).process().unsupported == ()


@pytest.mark.parametrize("vendor", ["camunda", "operaton", "flowable", "activiti"])
def test_the_four_namespaces_of_one_vocabulary(vendor: str) -> None:
    body = f"""<userTask id="t" {vendor}:candidateGroups="a, b" {vendor}:assignee="x" {vendor}:candidateUsers="u"
        {vendor}:formKey="f" {vendor}:dueDate="P1D" {vendor}:followUpDate="P2D" {vendor}:priority="50">
        <multiInstanceLoopCharacteristics {vendor}:collection="list" {vendor}:elementVariable="one"/></userTask>
        <serviceTask id="s" {vendor}:type="external" {vendor}:topic="mail"/>"""
    task, service = read(drawing(body)).processes[0].nodes.values()
    assert (task.roles, task.users, task.assignee, task.form) == (("a", "b"), ("u",), "x", "f")
    assert (task.due, task.follow_up, task.priority) == ("P1D", "P2D", "50")
    assert task.loop is not None
    assert (task.loop.kind, task.loop.collection, task.loop.element) == ("parallel", "list", "one")
    assert service.task_type == "mail"


@pytest.mark.parametrize(("key", "name"), [
    ("camunda-forms:/forms/x.form", "x"), ("camunda-forms:deployment:a/b/x.form", "x"), ("x.form", "x"), ("x", "x"),
    ("embedded:app:forms/x.html", "x"), ("camunda-forms:bpmn:userTaskForm_1", "userTaskForm_1"),
    ("${key}", "${key}"), ("= key", "= key"), ("/", "/"), ("a b", "a b"),
])
def test_form_keys(key: str, name: str) -> None:
    element = parse(f'<userTask {VENDORS} xmlns="{MODEL}" camunda:formKey="{key}"/>'.encode())
    assert form(element) == name


def test_names_in_a_list() -> None:
    assert listed("a, b,,") == ("a", "b")
    assert listed('= ["a","b, c"]') == ("a", "b, c")
    assert listed("= groups") == ("= groups",)
    assert listed("${a, b}") == ("${a, b}",)
    assert listed(None) == ()


def test_other_prefixes_definition_references_and_codes() -> None:
    xml = f"""<m:definitions xmlns:m="{MODEL}" xmlns:tns="t">
      <m:timerEventDefinition id="weekly"><m:timeCycle>R/P7D</m:timeCycle></m:timerEventDefinition>
      <m:message id="m1" name="sent"/><m:signal id="s1" name="all"/><m:error id="e1" name="Bad"/>
      <m:process id="p">
        <m:intermediateCatchEvent id="a"><m:eventDefinitionRef>tns:weekly</m:eventDefinitionRef>
        </m:intermediateCatchEvent>
        <m:intermediateCatchEvent id="b"><m:messageEventDefinition messageRef="tns:m1"/></m:intermediateCatchEvent>
        <m:endEvent id="c"><m:errorEventDefinition errorRef="e1"/></m:endEvent>
        <m:boundaryEvent id="d" attachedToRef="r"><m:signalEventDefinition signalRef="s1"/><m:timerEventDefinition>
          <m:timeDate>2024-02-14</m:timeDate></m:timerEventDefinition></m:boundaryEvent>
        <m:receiveTask id="r" messageRef="m1"/>
        <m:intermediateThrowEvent id="l"><m:linkEventDefinition name="next"/></m:intermediateThrowEvent>
      </m:process></m:definitions>"""
    nodes = read(xml.encode()).processes[0].nodes
    a, b, c, d, r, link = (nodes[name].event for name in "abcdrl")
    assert a is not None
    assert a.timer is not None
    assert (a.timer.kind, a.timer.expression) == ("cycle", "R/P7D")
    assert d is not None
    assert (d.kind, [part.kind for part in d.parts]) == ("multiple", ["signal", "timer"])
    named = [(one.kind, one.ref, one.name) for one in (b, c, r, link) if one is not None]
    assert named == [("message", "sent", "sent"), ("error", "e1", "Bad"), ("message", "sent", "sent"),
                     ("link", "next", "next")]


def test_resource_roles_of_bpmn_itself() -> None:
    def owner(tag: str, text: str) -> str:
        return (f"<{tag}><resourceAssignmentExpression><formalExpression>{text}</formalExpression>"
                f"</resourceAssignmentExpression></{tag}>")

    body = f"""<userTask id="t">{owner("potentialOwner", "group(ppk), user(budi), pps")}
        <potentialOwner><resourceRef>r</resourceRef></potentialOwner>
        {owner("humanPerformer", "user(ani)")}</userTask>"""
    task = read(drawing(body, '<resource id="r" name="operator"/>')).processes[0].nodes["t"]
    assert (task.roles, task.users, task.assignee) == (("ppk", "pps", "operator"), ("budi",), "ani")


def test_standard_loop_call_and_mappings() -> None:
    body = """<task id="t"><standardLoopCharacteristics testBefore="true" loopMaximum="3"><loopCondition>= more
      </loopCondition></standardLoopCharacteristics></task>
      <callActivity id="c"><extensionElements><zeebe:calledElement processId="other"/><zeebe:ioMapping>
      <zeebe:input source="= a" target="x"/><zeebe:output source="= b" target="y"/></zeebe:ioMapping>
      </extensionElements></callActivity>
      <callActivity id="k" calledElement="third"><extensionElements><camunda:in variables="all"/></extensionElements>
      </callActivity>"""
    t, c, k = read(drawing(body)).processes[0].nodes.values()
    assert t.loop is not None
    assert (t.loop.kind, t.loop.cardinality, t.loop.completion, t.loop.test_before) == ("standard", "3", "= more", True)
    assert (c.called, c.inputs, c.outputs) == ("other", (("*", "*"), ("x", "= a")), (("y", "= b"),))
    assert (k.called, k.inputs) == ("third", (("*", "*"),))


def test_several_processes() -> None:
    processes = '<process id="a"/><process id="b" isExecutable="1"/>'
    found = read(f'<definitions xmlns="{MODEL}">{processes}</definitions>'.encode())
    assert [one.id for one in found.processes] == ["a", "b"]
    assert found.process().id == "b"
    with pytest.raises(KeyError):
        found.process("c")


@pytest.mark.parametrize(("body", "expected"), [
    ('<subProcess id="o"><userTask id="t" startQuantity="0"/></subProcess>', [("t", "userTask")]),
    ('<task id="a"/><task id="b"/><complexGateway id="g"><activationCondition>x</activationCondition></complexGateway>'
     '<sequenceFlow sourceRef="a" targetRef="g"/><sequenceFlow sourceRef="b" targetRef="g"/>',
     [("g", "activationCondition")]),
    ('<task id="t"><multiInstanceLoopCharacteristics behavior="One" oneBehaviorEventRef="e"/></task>',
     [("t", "multiInstanceLoopCharacteristics")]),
    ('<task id="t"><multiInstanceLoopCharacteristics behavior="Complex"/></task>',
     [("t", "multiInstanceLoopCharacteristics")]),
    ('<task id="t"><extensionElements><camunda:inputOutput><camunda:inputParameter name="x"><camunda:script '
     'scriptFormat="groovy">a.b(); c</camunda:script></camunda:inputParameter></camunda:inputOutput>'
     '</extensionElements></task>', [("t", "inputParameter")]),
    ('<task id="t"><dataInputAssociation><sourceRef>a</sourceRef><targetRef>b</targetRef><transformation '
     'language="java">a.close();</transformation></dataInputAssociation></task>', [("t", "transformation")]),
    ('<callActivity id="c" camunda:caseRef="k"/>', [("c", "callActivity")]),
    ('<choreographyTask id="x"/>', [("p", "choreographyTask")]),
    ('<task id="t"><task id="u"/></task>', [("t", "task")]),
    # harmless
    ('<textAnnotation id="n"><text>x</text></textAnnotation><dataObject id="d"/><task id="t"><extensionElements>'
     '<v:color xmlns:v="urn:v"/></extensionElements></task>', []),
])
def test_what_would_have_to_run_and_cannot_is_listed(body: str, expected: list[tuple[str, str]]) -> None:
    assert unsupported(body) == expected


@pytest.mark.parametrize(("body", "code"), [
    ('<userTask id="t"><extensionElements><zeebe:brandNew/></extensionElements></userTask>', "extension.ignored"),
    ('<userTask id="t"><f:thing xmlns:f="urn:f"/></userTask>', "foreign.ignored"),
    ('<endEvent id="t"><errorEventDefinition errorRef="gone"/></endEvent>', "event.unknown_ref"),
    ('<task id="t"/><task id="u"><standardLoopCharacteristics id="twice"/></task><task id="v"><standardLoop'
     'Characteristics id="twice" testBefore="true"/></task>', "id.shared"),
])
def test_what_has_no_effect_is_a_warning(body: str, code: str) -> None:
    found = read(drawing(body))
    assert [one.code for one in found.warnings] == [code]
    assert all(one.severity == "warning" and one.line for one in found.warnings)
    assert found.processes[0].unsupported == ()


def test_must_understand_is_listed() -> None:
    assert unsupported("", '<extension mustUnderstand="true" definition="v:x"/>') == [("p", "extension")]


def test_unknown_element_that_flows_lead_to_is_a_node_of_its_own_kind() -> None:
    flow = '<sequenceFlow id="f" sourceRef="a" targetRef="x"/>'
    found = read(drawing(f'<task id="a"/><choreographyTask id="x"/>{flow}'))
    assert found.processes[0].nodes["x"].kind == "choreographyTask"


def test_conditions_are_tried_in_the_order_of_the_outgoing_list() -> None:
    flows = "".join(
        f'<sequenceFlow id="{name}" sourceRef="g" targetRef="{target}"><conditionExpression>= {name}'
        "</conditionExpression></sequenceFlow>" for name, target in (("f1", "b"), ("f2", "a")))
    nodes = '<task id="a"/><task id="b"/>'
    listed_order = read(drawing(
        f'<exclusiveGateway id="g"><outgoing>f1</outgoing><outgoing>f2</outgoing></exclusiveGateway>{nodes}{flows}'))
    assert listed_order.processes[0].nodes["g"].outgoing == ("f1", "f2")
    assert listed_order.warnings == ()
    unlisted = read(drawing(f'<exclusiveGateway id="g"/>{nodes}{flows}'))
    assert unlisted.processes[0].nodes["g"].outgoing == ("f2", "f1")
    assert [(one.code, one.element) for one in unlisted.warnings] == [("flow.order", "g")]
