"""Small drawings of what a flow is made of: activities, loops, gateways, events, sequence flows, lanes."""

from __future__ import annotations

from engine.standard.small import (
    CALLED,
    DAY,
    LINE,
    NAMED,
    Small,
    activity,
    between,
    catch,
    compensated,
    edge,
    ending,
    flow,
    inner,
    split,
    starting,
    throw,
)

_FAILED = '<errorEventDefinition errorRef="r"/>'
_SLOW = '<escalationEventDefinition escalationRef="c"/>'


def _many(inside: str, attributes: str = "", tag: str = "userTask") -> str:
    return between(activity(tag, f"<multiInstanceLoopCharacteristics{attributes}>{inside}"
                                 "</multiInstanceLoopCharacteristics>"))


def _task(tag: str, words: str, beside: str = "") -> Small:
    return Small(between(activity(tag)), words, beside)


ACTIVITIES = {
    "task": _task("task", "passes through; with an event on its edge somebody completes it"),
    "manualTask": _task("manualTask", "as a task: nothing is told to the engine"),
    "userTask": _task("userTask", "a person with the role completes it, with its form"),
    "serviceTask": _task("serviceTask", "a registered handler does it in a job, retried; failure is an incident"),
    "sendTask": _task("sendTask", "a registered handler sends; a message it names reaches who waits for it"),
    "receiveTask": Small(between('<receiveTask id="x" messageRef="m"/>'), "waits for its message", NAMED),
    "scriptTask": _task("scriptTask", "a registered handler does it; the script itself is never executed"),
    "script": Small(between('<scriptTask id="x" scriptFormat="python"><script>a = 1</script></scriptTask>'),
                    "text for people and for whoever registers the handler; never executed"),
    "businessRuleTask": _task("businessRuleTask", "a DMN decision, or a registered handler"),
    "callActivity": _task(
        "callActivity", "the called process runs as a child instance; what was handed in there is accepted by its "
        "caller, unless a milestone or decision inside does", CALLED),
    "subProcess": _task("subProcess", "a scope of its own: errors, escalations and ends stay inside"),
    "transaction": Small(inner("<cancelEventDefinition/>", "<cancelEventDefinition/>", "transaction"),
                         "a sub-process that can be cancelled: what is done is compensated"),
    "adHocSubProcess": _task("adHocSubProcess", "its activities in any order, until its condition holds or all ar"),
    "adHocSubProcess/completionCondition": Small(
        between('<adHocSubProcess id="x"><userTask id="i"/><completionCondition>= done</completionCondition>'
                "</adHocSubProcess>"), "asked after each activity; true ends the sub-process"),
    "standardLoopCharacteristics": Small(
        between(activity("userTask", '<standardLoopCharacteristics loopMaximum="2"/>')), "done again and again"),
    "loopCondition": Small(
        between(activity("userTask", '<standardLoopCharacteristics loopMaximum="2"><loopCondition>= more'
                                     "</loopCondition></standardLoopCharacteristics>")), "true: once more"),
    "multiInstanceLoopCharacteristics": Small(
        _many("<loopCardinality>2</loopCardinality>", tag="serviceTask"),
        "one child instance for each round; of a user task without a list, one task that several decide"),
    "loopCardinality": Small(_many("<loopCardinality>2</loopCardinality>"), "how many rounds"),
    "completionCondition": Small(_many("<loopCardinality>2</loopCardinality><completionCondition>"
                                       "= nrOfCompletedInstances = 1</completionCondition>"),
                                 "asked after each round; true takes the others away"),
    "complexBehaviorDefinition": Small(
        _many("<loopCardinality>2</loopCardinality><complexBehaviorDefinition><condition>= a</condition>"
              "</complexBehaviorDefinition>", ' behavior="Complex"')),
    "complexBehaviorDefinition/condition": Small(
        _many("<loopCardinality>2</loopCardinality><complexBehaviorDefinition><condition>= a</condition>"
              "</complexBehaviorDefinition>", ' behavior="Complex"')),
    "event": Small(
        _many("<loopCardinality>2</loopCardinality><complexBehaviorDefinition><condition>= a</condition>"
              "<event><signalEventDefinition/></event></complexBehaviorDefinition>", ' behavior="Complex"')),
}

GATEWAYS = {
    "exclusiveGateway": Small(split("exclusiveGateway", "exclusiveGateway", ("= a", "= not(a)")),
                              "the first flow whose condition holds; the default when none does"),
    "parallelGateway": Small(split("parallelGateway", "parallelGateway"), "all flows; waits for all"),
    "inclusiveGateway": Small(split("inclusiveGateway", "inclusiveGateway", ("= a", "= not(a)")),
                              "every flow whose condition holds; waits while a token can still come"),
    "complexGateway": Small(split("complexGateway", "exclusiveGateway", ("= a", "= not(a)")),
                            "splits as an inclusive gateway; as a join it is refused"),
    "activationCondition": Small(
        f'<startEvent id="s"/>{flow("f1", "s", "g")}<parallelGateway id="g"/>{flow("f2", "g", "x")}'
        f'{flow("f3", "g", "x")}<complexGateway id="x"><activationCondition>= activationCount = 1'
        f'</activationCondition></complexGateway>{flow("f4", "x", "e")}<endEvent id="e"/>'),
    "eventBasedGateway": Small(
        f'<startEvent id="s"/>{flow("f1", "s", "x")}<eventBasedGateway id="x"/>{flow("f2", "x", "a")}'
        f'{flow("f3", "x", "b")}<receiveTask id="a" messageRef="m"/><intermediateCatchEvent id="b">{DAY}'
        f'</intermediateCatchEvent>{flow("f4", "a", "e")}{flow("f5", "b", "e")}<endEvent id="e"/>',
        "the first event that happens takes the token", NAMED),
}

EVENTS = {
    "startEvent": Small(starting(""), "begins an instance; several, one for each way to begin"),
    "endEvent": Small(ending(""), "takes the token; the scope ends with its last one"),
    "intermediateThrowEvent": Small(throw(""), "without a definition a stage that is reached; else it throws"),
    "intermediateCatchEvent": Small(catch(DAY), "waits for what it names"),
    "boundaryEvent": Small(edge(DAY), "while its host is open: takes the token, or (dashed) adds one"),
    "implicitThrowEvent": Small(between('<implicitThrowEvent id="x"><signalEventDefinition/></implicitThrowEvent>')),
    "timerEventDefinition": Small(catch(DAY), "fires when due; a cycle is armed again from the planned moment"),
    "timeDate": Small(catch("<timerEventDefinition><timeDate>2030-01-01T00:00:00Z</timeDate></timerEventDefinition>"),
                      "a moment: ISO 8601, FEEL or JUEL"),
    "timeDuration": Small(catch(DAY), "a duration from the moment the token comes"),
    "timeCycle": Small(edge("<timerEventDefinition><timeCycle>R2/P1D</timeCycle></timerEventDefinition>", True),
                       "a repetition: ISO 8601 or cron"),
    "messageEventDefinition": Small(catch('<messageEventDefinition messageRef="m"/>'),
                                    "delivered by name and correlation key", NAMED),
    "operationRef": Small(
        catch("<messageEventDefinition><operationRef>o</operationRef></messageEventDefinition>"),
        "its message, where the event names none itself", NAMED),
    "signalEventDefinition": Small(catch('<signalEventDefinition signalRef="g"/>'), "reaches all who wait", NAMED),
    "errorEventDefinition": Small(inner(_FAILED, _FAILED),
                                  "looked up along the scopes; uncaught it is an incident", NAMED),
    "escalationEventDefinition": Small(inner(_SLOW, _SLOW), "looked up along the scopes; uncaught it is told", NAMED),
    "terminateEventDefinition": Small(ending("<terminateEventDefinition/>"), "takes every token of its scope"),
    "conditionalEventDefinition": Small(
        catch("<conditionalEventDefinition><condition>= a &gt; 1</condition></conditionalEventDefinition>"),
        "when its condition becomes true"),
    "condition": Small(
        catch("<conditionalEventDefinition><condition>= a &gt; 1</condition></conditionalEventDefinition>"),
        "asked at each change of the variables"),
    "linkEventDefinition": Small(
        f'<startEvent id="s"/>{flow("f1", "s", "x")}<intermediateThrowEvent id="x"><linkEventDefinition name="L"/>'
        '</intermediateThrowEvent><intermediateCatchEvent id="y"><linkEventDefinition name="L"/>'
        f'</intermediateCatchEvent>{flow("f2", "y", "e")}<endEvent id="e"/>', "a flow from throw to catch of one name"),
    "source": Small(throw('<linkEventDefinition name="L"><source>y</source></linkEventDefinition>').replace(
        '<endEvent id="e"/>', '<endEvent id="e"/><intermediateCatchEvent id="y"><linkEventDefinition name="L"/>'
        f'</intermediateCatchEvent>{flow("f3", "y", "e")}').replace(flow("f2", "x", "e"), "")),
    "target": Small(throw('<linkEventDefinition><target>L</target></linkEventDefinition>').replace(
        '<endEvent id="e"/>', '<endEvent id="e"/><intermediateCatchEvent id="y"><linkEventDefinition name="L"/>'
        f'</intermediateCatchEvent>{flow("f3", "y", "e")}').replace(flow("f2", "x", "e"), ""),
        "the link's name, where it has none of its own"),
    "compensateEventDefinition": Small(compensated('<userTask id="x" isForCompensation="true"/>'),
                                       "what was completed is undone, the last first; rounds each by themselves; not "
                                       "what rounds, calls and branches still running had done"),
    "cancelEventDefinition": Small(inner("<cancelEventDefinition/>", "<cancelEventDefinition/>", "transaction"),
                                   "compensates, completed rounds too, and leaves the transaction by its cancel event; "
                                   "rounds, calls, branches still running are ended, what they had done is not undone"),
    "eventDefinitionRef": Small(catch("<eventDefinitionRef>d</eventDefinitionRef>"),
                                "a definition shared by several events",
                                DAY.replace("Definition>", 'Definition id="d">', 1)),
}

FLOWS = {
    "sequenceFlow": Small(LINE, "the way of a token; without a gateway several flows split it"),
    "conditionExpression": Small(split("exclusiveGateway", "exclusiveGateway", ("= a", "= not(a)")),
                                 "FEEL or the simple part of JUEL; scripts are refused, or stubbed for a walk"),
    "incoming": Small(between('<task id="x"><incoming>f1</incoming><outgoing>f2</outgoing></task>')),
    "outgoing": Small(split("exclusiveGateway", "exclusiveGateway", ("= a", "= not(a)"),
                            "<outgoing>f3</outgoing><outgoing>f2</outgoing>"),
                      "the order in which conditions are tried"),
    "laneSet": Small(between(
        '<userTask id="x"/>', '<laneSet><lane id="l"><flowNodeRef>x</flowNodeRef></lane></laneSet>'),
                     "its lanes are roles"),
    "lane": Small(between('<userTask id="x"/>', '<laneSet><lane id="l"><flowNodeRef>x</flowNodeRef></lane></laneSet>'),
                  "the role of the tasks in it"),
    "childLaneSet": Small(
        between('<userTask id="x"/>', '<laneSet><lane id="o"><childLaneSet><lane id="l"><flowNodeRef>x</flowNodeRef>'
                                      "</lane></childLaneSet></lane></laneSet>"), "the innermost lane counts"),
    "flowNodeRef": Small(
        between('<userTask id="x"/>', '<laneSet><lane id="l"><flowNodeRef>x</flowNodeRef></lane></laneSet>'),
        "who lies in the lane"),
    "partitionElement": Small(
        between('<userTask id="x"/>', '<laneSet><lane id="l"><partitionElement id="pe"/><flowNodeRef>x</flowNodeRef>'
                                      "</lane></laneSet>")),
}

DRAWN = {**ACTIVITIES, **GATEWAYS, **EVENTS, **FLOWS}
