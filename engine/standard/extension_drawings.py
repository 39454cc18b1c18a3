"""A small drawing for each extension of each vendor: elements by their tag, attributes with "@" before their name."""

from __future__ import annotations

from engine.bpmn.extensions import FAMILIES
from engine.bpmn.vendor_words import KEPT
from engine.standard.small import BODY, Small, activity, between, catch, edge, flow

VENDORS = {
    "camunda": "Camunda 7, Operaton, Flowable, Activiti", "zeebe": "Camunda 8 (Zeebe)", "spiff": "SpiffWorkflow",
    "jbpm": "jBPM, Kogito",
}
NAMESPACES = {family: next(uri for uri, one in FAMILIES.items() if one == family) for family in VENDORS}
"""One namespace of each vendor; those of Camunda's family are read alike."""


def _said(tag: str, inside: str, more: str = "") -> str:
    """start → an activity with this extension → end."""
    return between(activity(tag, f"<extensionElements>{inside}</extensionElements>{more}"))


def _user(inside: str) -> str:
    return _said("userTask", inside)


def _service(inside: str) -> str:
    return _said("serviceTask", inside)


def _with(tag: str, attributes: str) -> str:
    return between(activity(tag, "", " " + attributes))


def _loop(inside: str = "", attributes: str = "") -> str:
    held = f"<extensionElements>{inside}</extensionElements>" if inside else ""
    return between(activity("serviceTask", f"<multiInstanceLoopCharacteristics {attributes}>{held}"
                                           "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"))


def _of_process(inside: str) -> str:
    return f"<extensionElements>{inside}</extensionElements>" + between('<userTask id="x"/>')


_LISTENER = '<v:{} event="start" class="a.B"/>'
_CAMUNDA = {
    "properties": _user('<v:properties><v:property name="a" value="b"/></v:properties>'),
    "property": _user('<v:property name="a" value="b"/>'),
    "inputOutput": _service('<v:inputOutput><v:inputParameter name="a">1</v:inputParameter></v:inputOutput>'),
    "in": _said("callActivity", '<v:in source="a" target="b"/>'),
    "out": _said("callActivity", '<v:out source="a" target="b"/>'),
    "potentialStarter": _of_process("<v:potentialStarter/>"),
    "failedJobRetryTimeCycle": _service("<v:failedJobRetryTimeCycle>R3/PT5M</v:failedJobRetryTimeCycle>"),
    "formFieldValidation": _user("<v:formFieldValidation>false</v:formFieldValidation>"),
    "work-form-field-validation": _user("<v:work-form-field-validation>false</v:work-form-field-validation>"),
    "executionListener": _user(_LISTENER.format("executionListener")),
    "taskListener": _user(_LISTENER.format("taskListener")),
    "eventListener": _user('<v:eventListener events="start" class="a.B"/>'),
    "formData": _user('<v:formData><v:formField id="a" type="string"/></v:formData>'),
    "formProperty": _user('<v:formProperty id="a" type="string"/>'),
    "field": _service('<v:field name="to" stringValue="a"/>'),
    "connector": _service("<v:connector><v:connectorId>http</v:connectorId></v:connector>"),
    "eventType": between('<intermediateCatchEvent id="x"><extensionElements><v:eventType>paid</v:eventType>'
                         "</extensionElements></intermediateCatchEvent>"),
    "eventInParameter": _said("sendTask", '<v:eventInParameter source="a" target="b"/>'),
    "eventOutParameter": _said("receiveTask", '<v:eventOutParameter source="a" target="b"/>'),
    "variableAggregation": _loop(
        '<v:variableAggregation target="all"><v:variable source="a"/></v:variableAggregation>'),
    "attributes": _user('<v:attributes><v:attribute name="a"/></v:attributes>'),
    "localization": _user('<v:localization locale="id" name="a"/>'), "value": _user("<v:value>a</v:value>"),
    **{f"@{name}": _with("userTask", f'v:{name}="a"') for name in (
        "assignee", "candidateGroups", "candidateUsers", "formKey", "formRef", "skipExpression")},
    "@dueDate": _with("userTask", 'v:dueDate="P1D"'), "@followUpDate": _with("userTask", 'v:followUpDate="P1D"'),
    "@priority": _with("userTask", 'v:priority="50"'),
    **{f"@{name}": _with("serviceTask", f'v:{name}="a"') for name in (
        "class", "delegateExpression", "expression", "type", "topic", "resultVariable", "resultVariableName",
        "variableMappingClass", "variableMappingDelegateExpression", "mapDecisionResult")},
    "@resource": _with("scriptTask", 'v:resource="a.py"'),
    "@calledElementBinding": _with("callActivity", 'v:calledElementBinding="deployment"'),
    "@calledElementVersion": _with("callActivity", 'v:calledElementVersion="2"'),
    "@calledElementVersionTag": _with("callActivity", 'v:calledElementVersionTag="a"'),
    "@sameDeployment": _with("callActivity", 'v:sameDeployment="true"'),
    "@inheritVariables": _with("callActivity", 'v:inheritVariables="true"'),
    "@caseRef": _with("callActivity", 'v:caseRef="a"'),
    "@decisionRef": _with("businessRuleTask", 'v:decisionRef="a"'),
    "@decisionRefBinding": _with("businessRuleTask", 'v:decisionRefBinding="deployment"'),
    "@decisionRefVersion": _with("businessRuleTask", 'v:decisionRefVersion="2"'),
    "@decisionRefVersionTag": _with("businessRuleTask", 'v:decisionRefVersionTag="a"'),
    "@collection": _loop("", 'v:collection="a"'), "@elementVariable": _loop("", 'v:elementVariable="a"'),
    "@variableName": between('<intermediateCatchEvent id="x"><conditionalEventDefinition v:variableName="a"><condition>'
                             "${a}</condition></conditionalEventDefinition></intermediateCatchEvent>"),
    "@variableEvents": between('<intermediateCatchEvent id="x"><conditionalEventDefinition v:variableEvents="update">'
                               "<condition>${a}</condition></conditionalEventDefinition></intermediateCatchEvent>"),
    **{f"@{name}": _with("serviceTask", f'v:{name}="true"') for name in (
        "asyncBefore", "asyncAfter", "async", "exclusive")},
    "@initiator": f'<startEvent id="s" v:initiator="a"/>{flow("f1", "s", "e")}<endEvent id="e"/>',
    "@errorCodeVariable": edge('<errorEventDefinition v:errorCodeVariable="a"/>'),
    "@errorMessageVariable": edge('<errorEventDefinition v:errorMessageVariable="a"/>'),
    "@escalationCodeVariable": edge('<escalationEventDefinition v:escalationCodeVariable="a"/>'),
}
_ZEEBE = {
    "assignmentDefinition": _user('<v:assignmentDefinition assignee="a" candidateGroups="b"/>'),
    "formDefinition": _user('<v:formDefinition formId="a"/>'),
    "taskSchedule": _user('<v:taskSchedule dueDate="2030-01-01T00:00:00Z"/>'),
    "priorityDefinition": _user('<v:priorityDefinition priority="50"/>'), "userTask": _user("<v:userTask/>"),
    "userTaskForm": '<extensionElements><v:userTaskForm id="a">{"type": "default", "components": ['
                    '{"type": "textfield", "key": "a", "label": "A"}]}</v:userTaskForm></extensionElements>'
                    + _user('<v:formDefinition formKey="camunda-forms:bpmn:a"/>'),
    "taskDefinition": _service('<v:taskDefinition type="a"/>'),
    "taskHeaders": _service('<v:taskHeaders><v:header key="a" value="b"/></v:taskHeaders>'),
    "ioMapping": _service('<v:ioMapping><v:input source="= a" target="b"/></v:ioMapping>'),
    "properties": _service('<v:properties><v:property name="a" value="b"/></v:properties>'),
    "calledElement": _said("callActivity", '<v:calledElement processId="q" propagateAllChildVariables="false"/>'),
    "loopCharacteristics": _loop('<v:loopCharacteristics inputCollection="= [1]" inputElement="one"/>'),
    "script": between('<scriptTask id="x"><extensionElements><v:script expression="= 1" resultVariable="a"/>'
                      "</extensionElements></scriptTask>"),
    "calledDecision": _said("businessRuleTask", '<v:calledDecision decisionId="a" resultVariable="b"/>'),
    "adHoc": between('<adHocSubProcess id="x"><extensionElements><v:adHoc cancelRemainingInstances="false"/>'
                     '</extensionElements><userTask id="u"/></adHocSubProcess>'),
    "conditionalFilter": catch("<conditionalEventDefinition><extensionElements>"
                               '<v:conditionalFilter variableNames="a"/>'
                               "</extensionElements><condition>= a</condition></conditionalEventDefinition>"),
    "executionListeners": _user('<v:executionListeners><v:executionListener eventType="start" type="a"/>'
                                "</v:executionListeners>"),
    "taskListeners": _user('<v:taskListeners><v:taskListener eventType="creating" type="a"/></v:taskListeners>'),
    "versionTag": _of_process('<v:versionTag value="a"/>'), "linkedResources": _service("<v:linkedResources/>"),
    "subscription": catch('<messageEventDefinition messageRef="m"/>'),
}
_SPIFF = {
    "properties": _user('<v:properties><v:property name="a" value="b"/></v:properties>'),
    **{tag: _user(f"<v:{tag}>a</v:{tag}>") for tag in (
        "instructionsForEndUser", "category", "taskMetadataValues", "allowGuest", "guestConfirmation",
        "signalButtonLabel")},
    "unitTests": _said("scriptTask", "<v:unitTests/>"), "preScript": _user("<v:preScript>a = 1</v:preScript>"),
    "postScript": _user("<v:postScript>a = 1</v:postScript>"),
    "serviceTaskOperator": _service('<v:serviceTaskOperator id="a" resultVariable="b"/>'),
    "calledDecisionId": _said("businessRuleTask", "<v:calledDecisionId>a</v:calledDecisionId>"),
    "messagePayload": _said("sendTask", "<v:messagePayload>a</v:messagePayload>"),
    "messageVariable": _said("receiveTask", "<v:messageVariable>a</v:messageVariable>"),
    "processVariableCorrelation": between(
        '<receiveTask id="x" messageRef="m"><extensionElements><v:processVariableCorrelation>'
        "<v:expression>a</v:expression></v:processVariableCorrelation></extensionElements></receiveTask>"),
}
_JBPM = {
    "metaData": _user('<v:metaData name="a"/>'), "import": _of_process('<v:import name="a.B"/>'),
    "global": _of_process('<v:global identifier="a" type="b"/>'),
    "onEntry-script": _user("<v:onEntry-script><v:script>a</v:script></v:onEntry-script>"),
    "onExit-script": _user("<v:onExit-script><v:script>a</v:script></v:onExit-script>"),
    "script": _user("<v:onEntry-script><v:script>a</v:script></v:onEntry-script>"),
    "@taskName": _with("task", 'v:taskName="Log"'),
    "@ruleFlowGroup": _with("businessRuleTask", 'v:ruleFlowGroup="a"'),
    "@serviceoperation": _with("serviceTask", 'v:serviceoperation="a"'),
}
_BESIDE = f'<message id="m" name="Order"/><process id="q">{BODY}</process>'
_KEYED = '<message id="m" name="Order"><extensionElements><v:subscription correlationKey="= a"/>' \
         "</extensionElements></message>"

_TOLD = {
    **{f"@{name}": _with("serviceTask", f'v:{name}="{value}"') for name, value in (
        ("useLocalScopeForResultVariable", "true"), ("triggerable", "true"))},
    **{f"@{name}": f'<startEvent id="s"/>{flow("f1", "s", "e")}<endEvent id="e"><terminateEventDefinition '
                   f'v:{name}="true"/></endEvent>' for name in ("terminateAll", "terminateMultiInstance")},
    "@scope": catch('<signalEventDefinition signalRef="g" v:scope="processInstance"/>'),
    "@errorCode": edge('<errorEventDefinition v:errorCode="late"/>'),
    "@escalationCode": edge('<escalationEventDefinition v:escalationCode="up"/>'),
    "@signalExpression": catch('<signalEventDefinition v:signalExpression="Storm"/>'),
    "@messageExpression": catch('<messageEventDefinition v:messageExpression="Order"/>'),
}
_CAMUNDA |= _TOLD
_JBPM |= {"@waitForCompletion": _with("callActivity", 'v:waitForCompletion="false"')}


def _kept(family: str) -> dict[str, str]:
    """An activity with each attribute that changes nothing in a run."""
    return {name: _with("serviceTask", f'v:{name[1:]}="a"') for name in KEPT[family].split() if name[0] == "@"}


EXAMPLES: dict[str, dict[str, Small]] = {
    family: {name: Small(text, "", _KEYED if name == "subscription" else _BESIDE, NAMESPACES[family])
             for name, text in {**_kept(family), **drawn}.items()}
    for family, drawn in {"camunda": _CAMUNDA, "zeebe": _ZEEBE, "spiff": _SPIFF, "jbpm": _JBPM}.items()
}
