"""Small drawings of what stands beside the flow: data, people, messages, pools, pictures, other kinds of diagrams."""

from __future__ import annotations

from engine.standard.small import LINE, NAMED, Small, between, catch, flow

_SETS = ("<inputSet><dataInputRefs>in</dataInputRefs>{more}</inputSet>"
         "<outputSet><dataOutputRefs>out</dataOutputRefs>{end}"
         "</outputSet>")
_OBJECTS = '<dataObject id="d" name="amount"/><dataObject id="total" name="Total"/>' \
           '<dataObjectReference id="dr" dataObjectRef="d" name="The amount"/>'
_IN = "<dataInputAssociation><sourceRef>dr</sourceRef><targetRef>in</targetRef>{}</dataInputAssociation>"
_OUT = "<dataOutputAssociation><sourceRef>out</sourceRef><targetRef>d</targetRef></dataOutputAssociation>"
POOLS = '<collaboration id="co"><participant id="pa" name="Shop" processRef="p"/>' \
        '<participant id="pb" name="Buyer"/>{}</collaboration>'


def _data(said: str = "", more: str = "", end: str = "", beside: str = _OBJECTS) -> str:
    sets = _SETS.format(more=more, end=end)
    return between(
        '<serviceTask id="x"><ioSpecification><dataInput id="in" name="given"/><dataOutput id="out" name="taken"/>'
        f"{sets}</ioSpecification>{_IN.format(said)}{_OUT}</serviceTask>", beside)


def _many(inside: str) -> str:
    return between(
        '<serviceTask id="x"><ioSpecification><dataInput id="in"/><dataOutput id="out"/><inputSet/><outputSet/>'
        "</ioSpecification><dataInputAssociation><sourceRef>d</sourceRef><targetRef>in</targetRef>"
        "</dataInputAssociation><dataOutputAssociation><sourceRef>out</sourceRef><targetRef>total</targetRef>"
        f"</dataOutputAssociation><multiInstanceLoopCharacteristics>{inside}</multiInstanceLoopCharacteristics>"
        "</serviceTask>", _OBJECTS)


_LOOP = "<loopDataInputRef>in</loopDataInputRef><loopDataOutputRef>out</loopDataOutputRef>" \
        '<inputDataItem id="di" name="one"/><outputDataItem id="do" name="each"/>'


def _owner(inside: str, tag: str = "potentialOwner") -> str:
    return between(f'<userTask id="x"><{tag}>{inside}</{tag}></userTask>')


_ASKED = "<resourceAssignmentExpression><formalExpression>ppk_member</formalExpression></resourceAssignmentExpression>"
_RESOURCE = '<resource id="re" name="pps_member"><resourceParameter id="rp" name="level"/></resource>'
_KEYS = (
    '<correlationProperty id="cp"><correlationPropertyRetrievalExpression messageRef="m"><messagePath>= number'
    "</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"
)
_SUBSCRIBED = (
    '<correlationSubscription id="cs" correlationKeyRef="k"><correlationPropertyBinding correlationPropertyRef="cp">'
    "<dataPath>= number</dataPath></correlationPropertyBinding></correlationSubscription>"
)
_RECEIVES = catch('<messageEventDefinition messageRef="m"/>')
_SENDS = between('<sendTask id="x" messageRef="m"/>')
_OF_FLOW = '<conversation id="cv"><correlationKey id="k"><correlationPropertyRef>cp</correlationPropertyRef>' \
           "</correlationKey><messageFlowRef>mf</messageFlowRef></conversation>"
_KEPT_IN_POOLS = {
    "participantMultiplicity": '<participant id="pc"><participantMultiplicity minimum="2"/></participant>',
    "interfaceRef": '<participant id="pc"><interfaceRef>if</interfaceRef></participant>',
    "endPointRef": '<participant id="pc"><endPointRef>ep</endPointRef></participant>',
    "messageFlowAssociation": '<messageFlowAssociation innerMessageFlowRef="a" outerMessageFlowRef="b"/>',
    "participantAssociation": "<participantAssociation><innerParticipantRef>pa</innerParticipantRef>"
                              "<outerParticipantRef>pb</outerParticipantRef></participantAssociation>",
    "innerParticipantRef":
        "<participantAssociation><innerParticipantRef>pa</innerParticipantRef></participantAssociation>",
    "outerParticipantRef":
        "<participantAssociation><outerParticipantRef>pb</outerParticipantRef></participantAssociation>",
    "conversation": _OF_FLOW, "correlationKey": _OF_FLOW, "correlationPropertyRef": _OF_FLOW,
    "messageFlowRef": _OF_FLOW,
    "participantRef": '<conversation id="cv"><participantRef>pa</participantRef></conversation>',
    "callConversation": '<callConversation id="cv"/>', "subConversation": '<subConversation id="cv"/>',
    "conversationAssociation": '<conversationAssociation innerConversationNodeRef="a" outerConversationNodeRef="b"/>',
    "conversationLink": '<conversationLink id="cl" sourceRef="pa" targetRef="cv"/>',
    "choreographyRef": "<choreographyRef>ch</choreographyRef>",
}
_KEPT_BESIDE = {
    "import": '<import namespace="n" location="x.xsd" importType="http://www.w3.org/2001/XMLSchema"/>',
    "category": '<category id="ca"/>',
    "categoryValue": '<category id="ca"><categoryValue id="cv" value="v"/></category>',
    "relationship": '<relationship type="t" direction="None"><source>p</source><target>p</target></relationship>',
    "relationship/source": '<relationship type="t"><source>p</source><target>p</target></relationship>',
    "relationship/target": '<relationship type="t"><source>p</source><target>p</target></relationship>',
    "endPoint": '<endPoint id="ep"/>', "partnerEntity": '<partnerEntity id="pe"/>',
    "partnerRole": '<partnerRole id="pr"/>', "dataStore": '<dataStore id="ds"/>',
    "globalTask": '<globalTask id="gt"/>', "globalUserTask": '<globalUserTask id="gt"/>',
    "globalManualTask": '<globalManualTask id="gt"/>', "globalScriptTask": '<globalScriptTask id="gt"/>',
    "globalBusinessRuleTask": '<globalBusinessRuleTask id="gt"/>',
    "globalConversation": '<globalConversation id="gc"/>',
    "ioBinding": '<globalTask id="gt"><ioBinding operationRef="o" inputDataRef="i" outputDataRef="u"/></globalTask>',
    "choreography": '<choreography id="ch"/>', "globalChoreographyTask": '<globalChoreographyTask id="ch"/>',
    "choreographyTask": '<choreography id="ch"><choreographyTask id="ct" initiatingParticipantRef="a"/></choreography>',
    "callChoreography": '<choreography id="ch"><callChoreography id="ct" initiatingParticipantRef="a"/></choreography>',
    "subChoreography": '<choreography id="ch"><subChoreography id="ct" initiatingParticipantRef="a"/></choreography>',
    "errorRef": '<interface id="if" name="I"><operation id="o" name="n"><inMessageRef>m</inMessageRef>'
                "<errorRef>r</errorRef></operation></interface>",
}
_KEPT_INSIDE = {
    "auditing": "<auditing/>", "monitoring": "<monitoring/>", "supports": "<supports>q</supports>",
    "supportedInterfaceRef": "<supportedInterfaceRef>if</supportedInterfaceRef>",
    "group": '<group id="gr" categoryValueRef="cv"/>',
    "textAnnotation": '<textAnnotation id="tx"><text>why</text></textAnnotation>',
    "text": '<textAnnotation id="tx"><text>why</text></textAnnotation>',
    "dataState": '<dataObject id="d"><dataState name="new"/></dataObject>',
    "dataStoreReference": '<dataStoreReference id="dsr" dataStoreRef="ds"/>',
}

DATA = {
    "ioSpecification": Small(_data(), "holds the inputs and outputs"),
    "dataInput": Small(_data(), "what the activity is given, by its name"),
    "dataOutput": Small(_data(), "what the activity gives"),
    "inputSet": Small(_data()), "outputSet": Small(_data()), "dataInputRefs": Small(_data()),
    "dataOutputRefs": Small(_data()),
    "outputSetRefs": Small(_data(more="<outputSetRefs>os</outputSetRefs>")),
    "optionalInputRefs": Small(_data(more="<optionalInputRefs>in</optionalInputRefs>")),
    "whileExecutingInputRefs": Small(_data(more="<whileExecutingInputRefs>in</whileExecutingInputRefs>")),
    "inputSetRefs": Small(_data(end="<inputSetRefs>is</inputSetRefs>")),
    "optionalOutputRefs": Small(_data(end="<optionalOutputRefs>out</optionalOutputRefs>")),
    "whileExecutingOutputRefs": Small(_data(end="<whileExecutingOutputRefs>out</whileExecutingOutputRefs>")),
    "dataInputAssociation": Small(_data(), "a variable of the process becomes an input of the activity"),
    "dataOutputAssociation": Small(_data(), "an output of the activity becomes a variable of the process"),
    "sourceRef": Small(_data(), "the variable that is read"),
    "targetRef": Small(_data(), "the variable that is filled"),
    "transformation": Small(_data("<transformation>= amount * 2</transformation>"),
                            "FEEL or JUEL between source and target; other languages are refused"),
    "assignment": Small(_data("<assignment><from>= amount * 2</from><to>in</to></assignment>"),
                        "fills one target with one expression"),
    "from": Small(_data("<assignment><from>= amount * 2</from><to>in</to></assignment>"), "the expression"),
    "to": Small(_data("<assignment><from>= amount * 2</from><to>given2</to></assignment>"), "the name that is filled"),
    "dataObject": Small(_data(), "a variable of the process"),
    "dataObjectReference": Small(_data(), "the variable of its data object"),
    "property": Small(_data(beside=_OBJECTS.replace("dataObject id", "property id")), "a variable"),
    "loopDataInputRef": Small(_many(_LOOP), "the list with one member for each round"),
    "loopDataOutputRef": Small(_many(_LOOP), "the list that gathers the results"),
    "inputDataItem": Small(_many(_LOOP), "the name of the member at hand"),
    "outputDataItem": Small(_many(_LOOP), "what each round gives"),
    "itemDefinition": Small(beside=NAMED),
}

PEOPLE = {
    "potentialOwner": Small(_owner(_ASKED), "who may do it: a role, or user(…) and group(…)"),
    "humanPerformer": Small(_owner(_ASKED, "humanPerformer"), "who shall do it"),
    "performer": Small(_owner(_ASKED, "performer"), "who shall do it"),
    "resourceRole": Small(_owner(_ASKED, "resourceRole")),
    "resourceRef": Small(_owner("<resourceRef>re</resourceRef>"), "the role is the resource's name", _RESOURCE),
    "resource": Small(_owner("<resourceRef>re</resourceRef>"), "its name is the role", _RESOURCE),
    "resourceParameter": Small(_owner("<resourceRef>re</resourceRef>"), "", _RESOURCE),
    "resourceParameterBinding": Small(
        _owner('<resourceRef>re</resourceRef><resourceParameterBinding parameterRef="rp"><expression>1</expression>'
               "</resourceParameterBinding>"), "", _RESOURCE),
    "resourceAssignmentExpression": Small(_owner(_ASKED), "names roles or people"),
    "formalExpression": Small(_owner(_ASKED), "an expression and its language"),
    "expression": Small(_owner("<resourceAssignmentExpression><expression>ppk_member</expression>"
                               "</resourceAssignmentExpression>"), "an expression"),
    "rendering": Small(between('<userTask id="x"><rendering id="rr"/></userTask>')),
}

MESSAGES = {
    "message": Small(_RECEIVES, "its name is what is waited for", NAMED),
    "signal": Small(catch('<signalEventDefinition signalRef="g"/>'), "its name is what is waited for", NAMED),
    "error": Small(between('<subProcess id="x"><startEvent id="i"/><sequenceFlow id="fi" sourceRef="i" targetRef="j"/>'
                           '<endEvent id="j"><errorEventDefinition errorRef="r"/></endEvent></subProcess>',
                           '<boundaryEvent id="b" attachedToRef="x"><errorEventDefinition/></boundaryEvent>'
                           f'{flow("f3", "b", "e")}'), "its code finds who catches it", NAMED),
    "escalation": Small(between('<userTask id="x"/>').replace(
        '<endEvent id="e"/>', '<endEvent id="e"><escalationEventDefinition escalationRef="c"/></endEvent>'),
        "its code finds who catches it", NAMED),
    "interface": Small(between('<serviceTask id="x" operationRef="o"/>'), "holds operations", NAMED),
    "operation": Small(between('<serviceTask id="x" operationRef="o"/>'), "its name is the handler's", NAMED),
    "inMessageRef": Small(between('<sendTask id="x" operationRef="o"/>'), "the message that is sent", NAMED),
    "outMessageRef": Small(between('<receiveTask id="x" operationRef="o"/>'), "the message that is waited for",
                           NAMED.replace("</operation>", "<outMessageRef>m</outMessageRef></operation>").replace(
                               "<inMessageRef>m", "<inMessageRef>m0")),
    "correlationProperty": Small(_SENDS, "a part of a message's key", NAMED + _KEYS),
    "correlationPropertyRetrievalExpression": Small(_SENDS, "the key in a message that is sent", NAMED + _KEYS),
    "messagePath": Small(_SENDS, "the expression of that key", NAMED + _KEYS),
    "correlationSubscription": Small(_RECEIVES + _SUBSCRIBED, "the key a process waits with", NAMED + _KEYS),
    "correlationPropertyBinding": Small(_RECEIVES + _SUBSCRIBED, "one part of that key", NAMED + _KEYS),
    "dataPath": Small(_RECEIVES + _SUBSCRIBED, "the expression of that key", NAMED + _KEYS),
    "collaboration": Small(_SENDS, "its pools run, each as its own process; its message flows are ways of messages",
                           NAMED + POOLS.format('<messageFlow id="mf" sourceRef="x" targetRef="pb"/>')),
    "participant": Small(LINE, "a pool; its process runs with or without it", POOLS.format("")),
    "messageFlow": Small(_SENDS, "who sends to whom; delivered by name and key",
                         NAMED + POOLS.format('<messageFlow id="mf" sourceRef="x" targetRef="pb"/>')),
}

DRAWN = {
    "definitions": Small(LINE, "the file"), "process": Small(LINE, "what is compiled, proved and run"),
    "documentation": Small(between('<userTask id="x"><documentation>Read it.</documentation></userTask>'),
                           "shown to whoever does it"),
    "extensionElements": Small(between(
        '<serviceTask id="x"><extensionElements><z:taskDefinition xmlns:z="http://camunda.org/schema/zeebe/1.0" '
        'type="pay"/></extensionElements></serviceTask>'),
        "what the vendors' table says; others are kept, with a warning"),
    "extension": Small(LINE, "", '<extension definition="d"/>'),
    "association": Small(between('<userTask id="w"/>'.replace("w", "x"),
                                 '<boundaryEvent id="b" attachedToRef="x"><compensateEventDefinition/></boundaryEvent>'
                                 '<userTask id="h" isForCompensation="true"/>'
                                 '<association id="as" sourceRef="b" targetRef="h"/>').replace(
        '<endEvent id="e"/>', '<endEvent id="e"><compensateEventDefinition/></endEvent>'),
        "leads from a compensation event to its handler; otherwise a line in the picture"),
    "categoryValueRef": Small(between('<task id="x"><categoryValueRef>cv</categoryValueRef></task>')),
    **DATA, **PEOPLE, **MESSAGES,
    **{name: Small(LINE, "", beside) for name, beside in _KEPT_BESIDE.items()},
    **{name: Small(LINE, "", POOLS.format(said)) for name, said in _KEPT_IN_POOLS.items()},
    **{name: Small(said + LINE) for name, said in _KEPT_INSIDE.items()},
}
