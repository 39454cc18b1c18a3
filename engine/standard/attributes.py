"""Values that try attributes, small drawings for those that need one of their own, and what attributes mean."""

from __future__ import annotations

from engine.standard.small import CALLED, NAMED, Small, activity, around, between, compensated, flow, split, starting

VALUES = {
    "activity.default": "f2", "exclusiveGateway.default": "f2", "inclusiveGateway.default": "f2",
    "complexGateway.default": "f2", "activity.isForCompensation": "true", "activity.startQuantity": "2",
    "activity.completionQuantity": "2", "subProcess.triggeredByEvent": "true", "gateway.gatewayDirection": "Diverging",
    "multiInstanceLoopCharacteristics.isSequential": "true", "multiInstanceLoopCharacteristics.behavior": "None",
    "multiInstanceLoopCharacteristics.noneBehaviorEventRef": "sd",
    "multiInstanceLoopCharacteristics.oneBehaviorEventRef": "sd", "standardLoopCharacteristics.testBefore": "true",
    "standardLoopCharacteristics.loopMaximum": "3", "adHocSubProcess.ordering": "Sequential",
    "adHocSubProcess.cancelRemainingInstances": "false", "boundaryEvent.cancelActivity": "false",
    "catchEvent.parallelMultiple": "true", "startEvent.isInterrupting": "false", "receiveTask.instantiate": "true",
    "eventBasedGateway.instantiate": "true", "eventBasedGateway.eventGatewayType": "Parallel",
    "sendTask.messageRef": "m", "receiveTask.messageRef": "m", "sendTask.operationRef": "o",
    "receiveTask.operationRef": "o", "serviceTask.operationRef": "o", "messageEventDefinition.messageRef": "m",
    "signalEventDefinition.signalRef": "g", "errorEventDefinition.errorRef": "r", "resource.name": "kpps_member",
    "escalationEventDefinition.escalationRef": "c", "formalExpression.language": "python",
    "definitions.expressionLanguage": "python", "extension.mustUnderstand": "true",
    "process.isExecutable": "false", "participant.processRef": "p", "compensateEventDefinition.activityRef": "w",
    "compensateEventDefinition.waitForCompletion": "false", "sequenceFlow.isImmediate": "false",
    "process.isClosed": "true", "process.processType": "Private", "serviceTask.implementation": "pay",
    "sendTask.implementation": "pay", "receiveTask.implementation": "pay", "businessRuleTask.implementation": "rates",
    "userTask.implementation": "other",
}
"""What an attribute is set to; "x" plus its name where nothing is said here."""

_PARALLEL = ('<intermediateCatchEvent id="x" parallelMultiple="true"><messageEventDefinition messageRef="m"/>'
             '<signalEventDefinition signalRef="g"/></intermediateCatchEvent>')
_WAITS = '<messageEventDefinition messageRef="m"/><signalEventDefinition signalRef="g"/>'
_EVENT_BODY = ('<startEvent id="i"><messageEventDefinition messageRef="m"/></startEvent>'
               '<sequenceFlow id="fi" sourceRef="i" targetRef="j"/><endEvent id="j"/>')


def _handler(tag: str) -> Small:
    """An event sub-process of this kind, which a message begins while t is open."""
    return Small(
        f'<startEvent id="s"/>{flow("f1", "s", "t")}<userTask id="t"/>{flow("f2", "t", "e")}<endEvent id="e"/>'
        f'<{tag} id="x" triggeredByEvent="true">{_EVENT_BODY}</{tag}>', beside=NAMED)


def _rounds(behavior: str) -> Small:
    return Small(between(activity("serviceTask", (
        f'<multiInstanceLoopCharacteristics behavior="{behavior}" {behavior.lower()}BehaviorEventRef="sd">'
        "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"))),
        beside='<signalEventDefinition id="sd"/>')


OWN = {
    **{f"{tag}@subProcess.triggeredByEvent": _handler(tag) for tag in ("subProcess", "transaction", "adHocSubProcess")},
    **{f"{tag}@{tag}.operationRef": Small(between(f'<{tag} id="x" operationRef="o"/>'), beside=NAMED)
       for tag in ("serviceTask", "sendTask", "receiveTask")},
    **{f"multiInstanceLoopCharacteristics@multiInstanceLoopCharacteristics.{one.lower()}BehaviorEventRef": _rounds(one)
       for one in ("None", "One")},
    "multiInstanceLoopCharacteristics@multiInstanceLoopCharacteristics.behavior": _rounds("One"),
    "definitions@definitions.expressionLanguage": Small(split(
        "exclusiveGateway", "exclusiveGateway", ("a and not b", "b"))),
    "intermediateCatchEvent@catchEvent.parallelMultiple": Small(between(_PARALLEL), beside=NAMED),
    "boundaryEvent@catchEvent.parallelMultiple": Small(between(
        '<userTask id="x"/>', '<boundaryEvent id="b" attachedToRef="x" parallelMultiple="true">'
                              f'{_WAITS}</boundaryEvent>{flow("f3", "b", "e")}'), beside=NAMED),
    "startEvent@catchEvent.parallelMultiple": Small(starting(_WAITS, ' parallelMultiple="true"'), beside=NAMED),
    "startEvent@startEvent.isInterrupting": Small(around('<messageEventDefinition messageRef="m"/>'), beside=NAMED),
    "receiveTask@receiveTask.instantiate": Small(
        f'<receiveTask id="x" messageRef="m" instantiate="true"/>{flow("f2", "x", "e")}<endEvent id="e"/>',
        beside=NAMED),
    "compensateEventDefinition@compensateEventDefinition.activityRef": Small(
        '<startEvent id="s"/>' + flow("f1", "s", "w") + '<userTask id="w"/>' + flow("f2", "w", "e")
        + '<endEvent id="e"><compensateEventDefinition activityRef="w"/></endEvent><boundaryEvent id="b" '
          'attachedToRef="w"><compensateEventDefinition/></boundaryEvent><userTask id="h" isForCompensation="true"/>'
          '<association id="as" sourceRef="b" targetRef="h"/>'),
}
"""Drawings for attributes that the element's own drawing cannot hold."""


def counted(tag: str, attribute: str) -> Small:
    """An activity of this kind that begins when two tokens have arrived, or gives two to one that needs them."""
    beside = CALLED if tag == "callActivity" else ""
    if attribute == "activity.startQuantity":
        return Small(
            f'<startEvent id="s"/>{flow("f1", "s", "a")}{flow("f2", "s", "b")}<userTask id="a"/><userTask id="b"/>'
            f'{flow("f3", "a", "x")}{flow("f4", "b", "x")}{activity(tag)}{flow("f5", "x", "e")}<endEvent id="e"/>',
            beside=beside)
    return Small(
        f'<startEvent id="s"/>{flow("f1", "s", "x")}{activity(tag)}{flow("f2", "x", "y")}'
        f'<userTask id="y" startQuantity="2"/>{flow("f3", "y", "e")}<endEvent id="e"/>', beside=beside)


def compensating(tag: str) -> Small:
    """An activity of this kind that undoes another."""
    return Small(compensated(activity(tag, "", ' isForCompensation="true"')),
                 beside=CALLED if tag == "callActivity" else "")


