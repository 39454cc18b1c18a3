"""Ten files as people draw them today in Camunda Modeler, bpmn.io, Operaton, Flowable, Zeebe and Spiff; all our own."""

# ruff: noqa: E501 -- the lines of these files are as modelers write them
from __future__ import annotations

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {} id="Definitions_1" '
    'targetNamespace="http://bpmn.io/schema/bpmn" exporter="{}" exporterVersion="5.30.0">\n'
)
CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
OPERATON = 'xmlns:operaton="http://operaton.org/schema/1.0/bpmn" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
ZEEBE = ('xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" '
         'modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.7.0"')
FLOWABLE = 'xmlns:flowable="http://flowable.org/bpmn"'
SPIFF = 'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
SHAPE = (
    '  <bpmndi:BPMNDiagram id="D1"><bpmndi:BPMNPlane id="P1" bpmnElement="{}"><bpmndi:BPMNShape id="s_di" '
    'bpmnElement="StartEvent_1"><dc:Bounds x="179" y="79" width="36" height="36" /></bpmndi:BPMNShape>'
    "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>\n</bpmn:definitions>\n"
)


def _file(vendor: str, exporter: str, inside: str, process: str = "Process_1", beside: str = "",
          attributes: str = "") -> str:
    return (HEAD.format(vendor, exporter) + f'  <bpmn:process id="{process}" isExecutable="true" {attributes}>\n{inside}'
            f"\n  </bpmn:process>\n{beside}" + SHAPE.format(process))


def _flows(*ends: str) -> str:
    """ "a b" for each flow; the nodes' own lists of flows are left out, as some modelers do."""
    return "".join(f'<bpmn:sequenceFlow id="Flow_{number}" sourceRef="{one.split()[0]}" targetRef="{one.split()[1]}" />\n'
                   for number, one in enumerate(ends, 1))


START, END = '<bpmn:startEvent id="StartEvent_1" />\n', '<bpmn:endEvent id="EndEvent_1" />\n'

FILES = {
    "camunda7-mappings": _file(CAMUNDA, "Camunda Modeler", START + """
<bpmn:serviceTask id="Quote" name="Ask for a quote" camunda:asyncBefore="true" camunda:type="external" camunda:topic="quote">
  <bpmn:extensionElements><camunda:inputOutput>
    <camunda:inputParameter name="customer">${customer.name}</camunda:inputParameter>
    <camunda:inputParameter name="items"><camunda:list><camunda:value>1</camunda:value><camunda:value>${two}</camunda:value>
      </camunda:list></camunda:inputParameter>
    <camunda:inputParameter name="headers"><camunda:map><camunda:entry key="Accept">application/json</camunda:entry>
      </camunda:map></camunda:inputParameter>
    <camunda:outputParameter name="price">${price}</camunda:outputParameter>
  </camunda:inputOutput><camunda:failedJobRetryTimeCycle>R3/PT10M</camunda:failedJobRetryTimeCycle></bpmn:extensionElements>
</bpmn:serviceTask>
<bpmn:exclusiveGateway id="Dear" default="Flow_3" />
<bpmn:userTask id="Approve" camunda:assignee="${boss}" camunda:candidateGroups="management, sales"
  camunda:dueDate="${dateTime().plusDays(2).toDate()}"><bpmn:extensionElements><camunda:formData>
  <camunda:formField id="approved" label="Approved?" type="boolean" defaultValue="false" /></camunda:formData>
  </bpmn:extensionElements></bpmn:userTask>
<bpmn:sequenceFlow id="Flow_2" sourceRef="Dear" targetRef="Approve">
  <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${price &gt; 1000 &amp;&amp; !express}</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="Flow_1" sourceRef="StartEvent_1" targetRef="Quote" />
<bpmn:sequenceFlow id="Flow_0" sourceRef="Quote" targetRef="Dear" />
<bpmn:sequenceFlow id="Flow_3" sourceRef="Dear" targetRef="EndEvent_1" />
<bpmn:sequenceFlow id="Flow_4" sourceRef="Approve" targetRef="EndEvent_1" />""" + END,
                               attributes='camunda:historyTimeToLive="180"'),
    "camunda7-multi-instance": _file(CAMUNDA, "Camunda Modeler", START + """
<bpmn:userTask id="Review" camunda:assignee="${reviewer}"><bpmn:multiInstanceLoopCharacteristics isSequential="true"
  camunda:collection="${reviewers}" camunda:elementVariable="reviewer"><bpmn:completionCondition
  xsi:type="bpmn:tFormalExpression">${nrOfCompletedInstances/nrOfInstances &gt;= 0.5}</bpmn:completionCondition>
  </bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
<bpmn:subProcess id="Each"><bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">3
  </bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics><bpmn:startEvent id="i" />
  <bpmn:scriptTask id="sum" scriptFormat="groovy" camunda:resultVariable="sum"><bpmn:script>a + b</bpmn:script></bpmn:scriptTask>
  <bpmn:endEvent id="j" /><bpmn:sequenceFlow id="fi" sourceRef="i" targetRef="sum" />
  <bpmn:sequenceFlow id="fj" sourceRef="sum" targetRef="j" /></bpmn:subProcess>
""" + END + _flows("StartEvent_1 Review", "Review Each", "Each EndEvent_1")),
    "camunda7-call": _file(CAMUNDA, "Camunda Modeler", START + """
<bpmn:callActivity id="Call" calledElement="Invoice" camunda:calledElementBinding="deployment"><bpmn:extensionElements>
  <camunda:in businessKey="#{execution.processBusinessKey}" /><camunda:in source="order" target="order" />
  <camunda:in sourceExpression="${order.total * 2}" target="double" /><camunda:out source="paid" target="paid" />
  <camunda:executionListener class="org.example.Listener" event="start" /></bpmn:extensionElements></bpmn:callActivity>
<bpmn:boundaryEvent id="Failed" attachedToRef="Call"><bpmn:errorEventDefinition id="ed" errorRef="Error_1"
  camunda:errorCodeVariable="code" camunda:errorMessageVariable="message" /></bpmn:boundaryEvent>
<bpmn:boundaryEvent id="Slow" cancelActivity="false" attachedToRef="Call"><bpmn:timerEventDefinition id="td"><bpmn:timeCycle
  xsi:type="bpmn:tFormalExpression">R3/PT10M</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:task id="Remind" />
""" + END + _flows("StartEvent_1 Call", "Call EndEvent_1", "Failed EndEvent_1", "Slow Remind"),
                           beside="""<bpmn:process id="Invoice" isExecutable="true"><bpmn:startEvent id="is" />
<bpmn:userTask id="pay" /><bpmn:endEvent id="ie"><bpmn:errorEventDefinition id="thrown" errorRef="Error_1" /></bpmn:endEvent>
<bpmn:sequenceFlow id="x1" sourceRef="is" targetRef="pay" /><bpmn:sequenceFlow id="x2" sourceRef="pay" targetRef="ie" />
</bpmn:process><bpmn:error id="Error_1" name="Rejected" errorCode="REJECTED" />"""),
    "bpmnio-plain": _file("", "bpmn-js (https://demo.bpmn.io)", START + """
<bpmn:laneSet id="LaneSet_1"><bpmn:lane id="Lane_1" name="Desk"><bpmn:flowNodeRef>StartEvent_1</bpmn:flowNodeRef>
  <bpmn:flowNodeRef>A</bpmn:flowNodeRef></bpmn:lane><bpmn:lane id="Lane_2" name="Back"><bpmn:flowNodeRef>B</bpmn:flowNodeRef>
  </bpmn:lane></bpmn:laneSet>
<bpmn:task id="A" name="Receive the letter" /><bpmn:exclusiveGateway id="G" name="Complete?" /><bpmn:task id="B" />
<bpmn:intermediateThrowEvent id="Done" name="Done" /><bpmn:textAnnotation id="T"><bpmn:text>by hand</bpmn:text></bpmn:textAnnotation>
<bpmn:association id="As" associationDirection="None" sourceRef="A" targetRef="T" />
<bpmn:dataObjectReference id="DR" name="Letter" dataObjectRef="DO" /><bpmn:dataObject id="DO" />
""" + END + _flows("StartEvent_1 A", "A G", "G B", "G A", "B Done", "Done EndEvent_1"), beside=
        '<bpmn:collaboration id="C1"><bpmn:participant id="Pa" name="Office" processRef="Process_1" />'
        '<bpmn:participant id="Pb" name="Citizen" /><bpmn:messageFlow id="mf" sourceRef="Pb" targetRef="StartEvent_1" />'
        "</bpmn:collaboration>"),
    "operaton-dmn": _file(OPERATON, "Operaton Modeler", START + """
<bpmn:businessRuleTask id="Rate" operaton:decisionRef="rate" operaton:mapDecisionResult="singleEntry"
  operaton:resultVariable="rate" operaton:decisionRefBinding="latest" />
<bpmn:exclusiveGateway id="G" default="Flow_2" />
<bpmn:sendTask id="Mail" operaton:delegateExpression="#{mailer}" />
<bpmn:sequenceFlow id="Flow_3" sourceRef="G" targetRef="Mail"><bpmn:conditionExpression
  xsi:type="bpmn:tFormalExpression">#{rate == 'high' or empty rate}</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="Flow_0" sourceRef="StartEvent_1" targetRef="Rate" /><bpmn:sequenceFlow id="Flow_1" sourceRef="Rate"
  targetRef="G" /><bpmn:sequenceFlow id="Flow_2" sourceRef="G" targetRef="EndEvent_1" /><bpmn:sequenceFlow id="Flow_4"
  sourceRef="Mail" targetRef="EndEvent_1" />""" + END),
    "flowable-loop": _file(FLOWABLE, "Flowable Open Source Modeler", START.replace(
        "/>", 'flowable:initiator="initiator" flowable:formFieldValidation="true" />') + """
<bpmn:userTask id="Ask" flowable:assignee="${initiator}" flowable:candidateUsers="ann,bob" flowable:formKey="ask"
  flowable:priority="70"><bpmn:multiInstanceLoopCharacteristics isSequential="false" flowable:collection="people"
  flowable:elementVariable="person"><bpmn:extensionElements><flowable:variableAggregation target="answers">
  <flowable:variable source="answer" /></flowable:variableAggregation></bpmn:extensionElements>
  </bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
<bpmn:serviceTask id="Http" flowable:type="http"><bpmn:extensionElements><flowable:field name="requestUrl"><flowable:expression>
  <![CDATA[https://example.org/${id}]]></flowable:expression></flowable:field></bpmn:extensionElements></bpmn:serviceTask>
<bpmn:serviceTask id="Set" flowable:expression="${execution.setVariable('a', 1)}" flowable:async="true" />
<bpmn:callActivity id="Call" calledElement="child" flowable:calledElementType="key" flowable:inheritVariables="true"
  flowable:fallbackToDefaultTenant="false" />
""" + END + _flows("StartEvent_1 Ask", "Ask Http", "Http Set", "Set Call", "Call EndEvent_1")),
    "zeebe-connector": _file(ZEEBE, "Camunda Modeler", """
<bpmn:startEvent id="StartEvent_1"><bpmn:extensionElements><zeebe:properties><zeebe:property name="inbound.type"
  value="io.camunda:webhook:1" /></zeebe:properties></bpmn:extensionElements></bpmn:startEvent>
<bpmn:serviceTask id="Rest" name="Rest" zeebe:modelerTemplate="io.camunda.connectors.HttpJson.v2"><bpmn:extensionElements>
  <zeebe:taskDefinition type="io.camunda:http-json:1" retries="3" /><zeebe:ioMapping>
  <zeebe:input source="noAuth" target="authentication.type" /><zeebe:input source="=&quot;https://x/&quot; + string(id)" target="url" />
  <zeebe:output source="=response.body.total" target="total" /></zeebe:ioMapping><zeebe:taskHeaders>
  <zeebe:header key="retryBackoff" value="PT0S" /></zeebe:taskHeaders></bpmn:extensionElements></bpmn:serviceTask>
<bpmn:userTask id="Look"><bpmn:extensionElements><zeebe:userTask /><zeebe:formDefinition formId="look" />
  <zeebe:assignmentDefinition assignee="=person" candidateGroups="=[&quot;a&quot;,&quot;b&quot;]" />
  <zeebe:taskSchedule dueDate="=now() + duration(&quot;P1D&quot;)" /><zeebe:priorityDefinition priority="50" />
  </bpmn:extensionElements></bpmn:userTask><bpmn:exclusiveGateway id="G" default="Flow_4" />
<bpmn:scriptTask id="Sum"><bpmn:extensionElements><zeebe:script expression="=total * 1.11" resultVariable="gross" />
  </bpmn:extensionElements></bpmn:scriptTask>
<bpmn:sequenceFlow id="Flow_3" sourceRef="G" targetRef="Sum"><bpmn:conditionExpression
  xsi:type="bpmn:tFormalExpression">=total &gt; 100 and is defined(id)</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="Flow_0" sourceRef="StartEvent_1" targetRef="Rest" /><bpmn:sequenceFlow id="Flow_1" sourceRef="Rest"
  targetRef="Look" /><bpmn:sequenceFlow id="Flow_2" sourceRef="Look" targetRef="G" /><bpmn:sequenceFlow id="Flow_4"
  sourceRef="G" targetRef="EndEvent_1" /><bpmn:sequenceFlow id="Flow_5" sourceRef="Sum" targetRef="EndEvent_1" />""" + END),
    "zeebe-messages": _file(ZEEBE, "Camunda Modeler", START + """
<bpmn:eventBasedGateway id="G" /><bpmn:intermediateCatchEvent id="Paid"><bpmn:messageEventDefinition id="m1"
  messageRef="Message_1" /></bpmn:intermediateCatchEvent><bpmn:intermediateCatchEvent id="Late"><bpmn:timerEventDefinition
  id="t1"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">=duration("PT" + string(hours) + "H")</bpmn:timeDuration>
  </bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
<bpmn:serviceTask id="Pack"><bpmn:extensionElements><zeebe:taskDefinition type="pack" /></bpmn:extensionElements>
  <bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=order.items"
  inputElement="item" outputCollection="parcels" outputElement="={id: item.id, loop: loopCounter}" /></bpmn:extensionElements>
  </bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask><bpmn:callActivity id="Call"><bpmn:extensionElements>
  <zeebe:calledElement processId="=&quot;ship-&quot; + country" propagateAllChildVariables="false" bindingType="latest" />
  </bpmn:extensionElements></bpmn:callActivity>
<bpmn:subProcess id="Stop" triggeredByEvent="true"><bpmn:startEvent id="ss" isInterrupting="false"><bpmn:messageEventDefinition
  id="m2" messageRef="Message_2" /></bpmn:startEvent><bpmn:endEvent id="se" /><bpmn:sequenceFlow id="sf" sourceRef="ss"
  targetRef="se" /></bpmn:subProcess>
""" + END + _flows("StartEvent_1 G", "G Paid", "G Late", "Paid Pack", "Late EndEvent_1", "Pack Call", "Call EndEvent_1"),
                            beside="""<bpmn:message id="Message_1" name="paid"><bpmn:extensionElements><zeebe:subscription
  correlationKey="=orderId" /></bpmn:extensionElements></bpmn:message><bpmn:message id="Message_2" name="changed">
  <bpmn:extensionElements><zeebe:subscription correlationKey="=orderId" /></bpmn:extensionElements></bpmn:message>"""),
    "spiff-scripts": _file(SPIFF, "SpiffArena", START + """
<bpmn:scriptTask id="Prepare"><bpmn:script>items = [1, 2, 3]
total = sum(items)</bpmn:script></bpmn:scriptTask>
<bpmn:manualTask id="Show"><bpmn:extensionElements><spiffworkflow:instructionsForEndUser>Total {{ total }}
  </spiffworkflow:instructionsForEndUser></bpmn:extensionElements></bpmn:manualTask>
<bpmn:exclusiveGateway id="G" default="Flow_4" /><bpmn:userTask id="Edit"><bpmn:extensionElements><spiffworkflow:properties>
  <spiffworkflow:property name="formJsonSchemaFilename" value="edit-schema.json" /></spiffworkflow:properties>
  <spiffworkflow:postScript>total += 1</spiffworkflow:postScript></bpmn:extensionElements></bpmn:userTask>
<bpmn:serviceTask id="Get"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="http/GetRequestV2"
  resultVariable="response"><spiffworkflow:parameters><spiffworkflow:parameter id="url" type="str" value="&quot;https://x&quot;" />
  </spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>
<bpmn:sequenceFlow id="Flow_3" sourceRef="G" targetRef="Edit"><bpmn:conditionExpression>total &gt; 5 and len(items) == 3
  </bpmn:conditionExpression></bpmn:sequenceFlow><bpmn:sequenceFlow id="Flow_0" sourceRef="StartEvent_1" targetRef="Prepare" />
<bpmn:sequenceFlow id="Flow_1" sourceRef="Prepare" targetRef="Show" /><bpmn:sequenceFlow id="Flow_2" sourceRef="Show" targetRef="G" />
<bpmn:sequenceFlow id="Flow_4" sourceRef="G" targetRef="Get" /><bpmn:sequenceFlow id="Flow_5" sourceRef="Edit" targetRef="Get" />
<bpmn:sequenceFlow id="Flow_6" sourceRef="Get" targetRef="EndEvent_1" />""" + END),
    "spiff-multi-instance": _file(SPIFF, "SpiffArena", START + """
<bpmn:dataObject id="people" /><bpmn:dataObject id="results" />
<bpmn:callActivity id="Each" calledElement="Process_each"><bpmn:multiInstanceLoopCharacteristics isSequential="true">
  <bpmn:loopDataInputRef>names</bpmn:loopDataInputRef><bpmn:loopDataOutputRef>results</bpmn:loopDataOutputRef>
  <bpmn:inputDataItem id="name" name="name" /><bpmn:outputDataItem id="greeting" name="greeting" />
  <bpmn:completionCondition>greeting == "stop"</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>
</bpmn:callActivity>
<bpmn:task id="Again"><bpmn:standardLoopCharacteristics loopMaximum="3" testBefore="true"><bpmn:loopCondition>done != True
  </bpmn:loopCondition></bpmn:standardLoopCharacteristics></bpmn:task>
<bpmn:sendTask id="Tell" messageRef="told"><bpmn:extensionElements><spiffworkflow:messagePayload>{"names": names}
  </spiffworkflow:messagePayload></bpmn:extensionElements></bpmn:sendTask>
""" + END + _flows("StartEvent_1 Each", "Each Again", "Again Tell", "Tell EndEvent_1"),
                                  beside='<bpmn:message id="told" name="told" />'),
}
