"""What other engines' drawings say beyond BPMN's plain parts: each rule in a small drawing."""

from __future__ import annotations

import pytest

from engine.bpmn.languages import reads
from engine.bpmn.model import Loop
from engine.bpmn.reader import read
from tests.engine.small import MODEL, drawing, extended, node, process

# jobs and scripts


@pytest.mark.parametrize(("body", "name"), [
    (extended("serviceTask", '<zeebe:taskDefinition type="pay"/>'), "pay"),
    ('<serviceTask id="t" camunda:type="external" camunda:topic="mail"/>', "mail"),
    ('<serviceTask id="t" flowable:type="mail"/>', "mail"),
    ('<serviceTask id="t" camunda:class="a.B"/>', "a.B"),
    ('<serviceTask id="t" camunda:delegateExpression="${bean}"/>', "${bean}"),
    ('<serviceTask id="t" flowable:expression="${bean.go(x)}"/>', "${bean.go(x)}"),
    (extended("serviceTask", "<camunda:connector><camunda:connectorId>http</camunda:connectorId></camunda:connector>"),
     "http"),
    ('<serviceTask id="t" implementation="##WebService"/>', None),
    ('<serviceTask id="t" implementation="${environment.services.ask}"/>', "${environment.services.ask}"),
    ('<businessRuleTask id="t" camunda:class="a.B"/>', "a.B"),
    ('<endEvent id="t"><messageEventDefinition camunda:type="external" camunda:topic="told"/></endEvent>', "told"),
    ('<userTask id="t" camunda:class="a.B"/>', None),
])
def test_the_name_of_the_work_is_the_name_of_its_handler(body: str, name: str | None) -> None:
    assert node(body).task_type == name


def test_an_operation_names_the_work_and_its_message() -> None:
    around = """<message id="m" name="Order"/><interface id="i" name="I"><operation id="o" name="place">
        <inMessageRef>m</inMessageRef></operation></interface>"""
    service, send = process('<serviceTask id="a" operationRef="o"/><sendTask id="b" operationRef="o"/>',
                            around).nodes.values()
    assert (service.task_type, send.task_type) == ("place", "place")
    assert send.event is not None
    assert (send.event.kind, send.event.ref) == ("message", "Order")


def test_jbpm_work_items_are_automatic_tasks() -> None:
    found = node('<task id="t" drools:taskName="Log"/>', vendors="drools")
    assert (found.kind, found.task_type) == ("serviceTask", "Log")
    rules = node('<businessRuleTask id="t" drools:ruleFlowGroup="rates"/>', vendors="drools")
    assert rules.task_type == "rates"


def test_a_script_is_kept_and_never_run() -> None:
    found = node('<scriptTask id="t" scriptFormat="groovy" camunda:resultVariable="y"><script>x = 1; open("/")'
                 "</script></scriptTask>")
    assert (found.script, found.result, found.task_type) == ('x = 1; open("/")', "y", None)
    assert dict(found.properties) == {"scriptFormat": "groovy"}
    assert node('<scriptTask id="t" camunda:resource="a/b.groovy"/>').script == "script: a/b.groovy"


def test_zeebes_script_is_an_output_without_a_handler() -> None:
    found = node(extended("scriptTask", '<zeebe:script expression="= a + 1" resultVariable="b"/><zeebe:ioMapping>'
                                        '<zeebe:output source="= b * 2" target="c"/></zeebe:ioMapping>'))
    assert (found.task_type, found.script, found.result) == ("", None, None)
    assert found.outputs == (("b", "= a + 1"), ("c", "= b * 2"))


def test_spiffs_operator_is_a_handler_with_inputs_and_a_result() -> None:
    inside = """<spiff:serviceTaskOperator id="http/Get" resultVariable="r"><spiff:parameters>
        <spiff:parameter id="url" value="&quot;http://x&quot;"/><spiff:parameter id="one" value="d['k']"/>
        <spiff:parameter id="none"/></spiff:parameters></spiff:serviceTaskOperator>"""
    found = node(extended("serviceTask", inside), vendors="spiff")
    assert (found.task_type, found.result) == ("http/Get", "r")
    assert found.inputs == (("url", '= "http://x"'), ("one", '= get value(d, "k")'))


def test_fields_are_what_a_handler_is_told() -> None:
    inside = """<flowable:field name="to" stringValue="a@b"/><flowable:field name="cc"><flowable:expression>${c}
        </flowable:expression></flowable:field>"""
    assert node(extended("serviceTask", inside)).inputs == (("to", '= "a@b"'), ("cc", "${c}"))


# listeners


def test_listeners_are_kept_by_name() -> None:
    inside = """<camunda:executionListener event="start" class="a.B"/>
        <camunda:executionListener event="end"><camunda:script scriptFormat="js">x</camunda:script>
        </camunda:executionListener><camunda:taskListener event="create" delegateExpression="${d}"/>
        <zeebe:executionListeners><zeebe:executionListener eventType="end" type="log"/></zeebe:executionListeners>"""
    assert node(extended("userTask", inside)).listeners == (
        ("start", "a.B"), ("end", "script"), ("create", "${d}"), ("end", "log"))
    spiff = "<spiff:preScript>x = 1</spiff:preScript><spiff:postScript>y = 2</spiff:postScript>"
    assert node(extended("userTask", spiff), vendors="spiff").listeners == (("start", "script"), ("end", "script"))
    jbpm = '<drools:onEntry-script scriptFormat="java"><drools:script>x();</drools:script></drools:onEntry-script>'
    assert node(extended("userTask", jbpm), vendors="drools").listeners == (("start", "script"),)


def test_listeners_of_the_process_and_of_its_flows_are_the_processs() -> None:
    listener = '<extensionElements><camunda:executionListener event="{}" class="a.B"/></extensionElements>'
    found = process(f'{listener.format("end")}<task id="a"/><task id="b"/><sequenceFlow id="f" sourceRef="a" '
                    f'targetRef="b">{listener.format("take")}</sequenceFlow>')
    assert found.listeners == (("end", "a.B"), ("take", "a.B"))


# data


ASSOCIATED = """<{kind} id="t">
  <ioSpecification><dataInput id="in" name="Amount"/><dataOutput id="out" name="answer"/></ioSpecification>
  <dataInputAssociation><sourceRef>v</sourceRef><targetRef>in</targetRef>{inside}</dataInputAssociation>
  <dataOutputAssociation><sourceRef>out</sourceRef><targetRef>v</targetRef></dataOutputAssociation></{kind}>"""


def test_associations_join_data_by_name() -> None:
    found = process(ASSOCIATED.format(kind="serviceTask", inside="") + '<property id="v" name="total"/>').nodes["t"]
    assert (found.inputs, found.outputs) == ((("Amount", "total"),), (("total", "answer"),))


@pytest.mark.parametrize(("given", "taken"), [
    ("Mr Smith", '= "Mr Smith"'), ("12", '= "12"'), ("#{order.id}", "#{order.id}"), ("v", "total"),
    ("v.owner", "v.owner"), ("= a + 1", "= a + 1"),
])
def test_an_assignment_gives_a_constant_a_variable_or_an_expression(given: str, taken: str) -> None:
    inside = f"<assignment><from>{given}</from><to>in</to></assignment>"
    found = process(ASSOCIATED.format(kind="callActivity", inside=inside) + '<property id="v" name="total"/>')
    assert found.nodes["t"].inputs == (("Amount", taken),)


def test_data_objects_are_variables_and_stores_are_not() -> None:
    body = """<task id="t">{}</task><dataObject id="o"/><dataObjectReference id="ref" name="Order [new]"
        dataObjectRef="o"/><dataStoreReference id="s"/>"""
    link = "<dataOutputAssociation><sourceRef>{}</sourceRef><targetRef>{}</targetRef></dataOutputAssociation>"
    assert process(body.format(link.format("x-1", "ref"))).nodes["t"].outputs == (("o", "x_1"),)
    assert process(body.format(link.format("x", "s"))).nodes["t"].outputs == ()


def test_a_transformation_in_our_languages_is_the_expression() -> None:
    found = process(ASSOCIATED.format(kind="serviceTask", inside="<transformation>${v.name}</transformation>"))
    assert found.nodes["t"].inputs == (("Amount", "${v.name}"),)


def test_values_of_camundas_mapping() -> None:
    inside = """<camunda:inputOutput><camunda:inputParameter name="a">text "x"</camunda:inputParameter>
      <camunda:inputParameter name="b">42</camunda:inputParameter><camunda:inputParameter name="c">${d}
      </camunda:inputParameter><camunda:inputParameter name="e"/>
      <camunda:inputParameter name="f"><camunda:list><camunda:value>x</camunda:value><camunda:value>${y.z}
      </camunda:value></camunda:list></camunda:inputParameter>
      <camunda:inputParameter name="g"><camunda:map><camunda:entry key="k 1">v</camunda:entry><camunda:entry key="l">
      <camunda:list><camunda:value>w</camunda:value></camunda:list></camunda:entry></camunda:map>
      </camunda:inputParameter><camunda:outputParameter name="h"><camunda:script scriptFormat="javascript">
      return a === 'b';</camunda:script></camunda:outputParameter></camunda:inputOutput>"""
    found = node(extended("serviceTask", inside))
    assert found.inputs == (("a", '= "text \\"x\\""'), ("b", '= "42"'), ("c", "${d}"), ("e", "= null"),
                            ("f", '= ["x", y.z]'), ("g", '= {"k 1": "v", "l": ["w"]}'))
    assert found.outputs == (("h", "${a === 'b'}"),)
    assert all(reads(text) for _, text in (*found.inputs, *found.outputs))


def test_a_connectors_mapping_and_zeebes_static_values() -> None:
    inside = """<camunda:connector><camunda:inputOutput><camunda:inputParameter name="url">u</camunda:inputParameter>
        </camunda:inputOutput><camunda:connectorId>http</camunda:connectorId></camunda:connector>
        <zeebe:ioMapping><zeebe:input source="= a" target="b"/><zeebe:input source="c d" target="e"/>
        <zeebe:input source="5" target="f"/></zeebe:ioMapping>"""
    assert node(extended("serviceTask", inside)).inputs == (
        ("url", '= "u"'), ("b", "= a"), ("e", '= "c d"'), ("f", "5"))


# calls and decisions


@pytest.mark.parametrize(("body", "called", "binding", "version"), [
    ('<callActivity id="t" calledElement="q"/>', "q", None, None),
    ('<callActivity id="t" calledElement="q" camunda:calledElementBinding="version" camunda:calledElementVersion="3"/>',
     "q", "version", "3"),
    ('<callActivity id="t" calledElement="q" camunda:calledElementVersionTag="v1"/>', "q", "versionTag", "v1"),
    ('<callActivity id="t" calledElement="q" flowable:sameDeployment="true"/>', "q", "deployment", None),
    (extended("callActivity", '<zeebe:calledElement processId="= q" bindingType="versionTag" versionTag="v2"/>'),
     "= q", "versionTag", "v2"),
    ('<callActivity id="t" calledElement="tns:p"/>', "p", None, None),
])
def test_calls_and_their_version(body: str, called: str, binding: str | None, version: str | None) -> None:
    found = node(body)
    assert (found.called, found.binding, found.version) == (called, binding, version)


def test_what_a_call_takes_and_gives_back() -> None:
    inside = """<camunda:in businessKey="#{order}"/><camunda:in variables="all"/><camunda:in source="a" target="b"/>
        <camunda:in sourceExpression="${c + 1}" target="d"/><camunda:out source="e" target="f"/>"""
    found = node(extended("callActivity", inside))
    assert found.inputs == (("businessKey", "#{order}"), ("*", "*"), ("b", "a"), ("d", "${c + 1}"))
    assert found.outputs == (("f", "e"),)
    everything = node(extended("callActivity", '<zeebe:calledElement processId="q"/>'))
    assert (everything.inputs, everything.outputs) == ((("*", "*"),), (("*", "*"),))
    nothing = node(extended("callActivity", '<zeebe:calledElement processId="q" propagateAllChildVariables="false" '
                                            'propagateAllParentVariables="false"/>'))
    assert (nothing.inputs, nothing.outputs) == ((), ())
    assert node('<callActivity id="t" calledElement="q"/>', vendors="spiff").inputs == (("*", "*"),)


def test_decisions() -> None:
    camunda = node('<businessRuleTask id="t" camunda:decisionRef="rate" camunda:decisionRefBinding="deployment" '
                   'camunda:resultVariable="r" camunda:mapDecisionResult="singleEntry"/>')
    assert (camunda.decision, camunda.binding, camunda.result) == ("rate", "deployment", "r")
    assert dict(camunda.properties) == {"mapDecisionResult": "singleEntry"}
    zeebe = node(extended("businessRuleTask", '<zeebe:calledDecision decisionId="rate" resultVariable="r" '
                                              'bindingType="versionTag" versionTag="v1"/>'))
    assert (zeebe.decision, zeebe.binding, zeebe.version, zeebe.result) == ("rate", "versionTag", "v1", "r")
    flowable = node(extended("serviceTask", '<flowable:field name="decisionTableReferenceKey"><flowable:string>rate'
                                            "</flowable:string></flowable:field>", 'flowable:type="dmn"'))
    assert flowable.decision == "rate"
    given = "<dataInputAssociation><targetRef>d</targetRef><assignment><from>rate</from><to>d</to></assignment>" \
            "</dataInputAssociation>"
    jbpm = node('<businessRuleTask id="t"><ioSpecification><dataInput id="d" name="decision"/></ioSpecification>'
                f"{given}</businessRuleTask>", vendors="drools")
    assert jbpm.decision == "rate"


# loops


def test_what_a_loop_gathers() -> None:
    zeebe = node("""<task id="t"><multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics
        inputCollection="= xs" inputElement="x" outputCollection="ys" outputElement="= y"/></extensionElements>
        </multiInstanceLoopCharacteristics></task>""").loop
    assert zeebe == Loop("parallel", collection="= xs", element="x", line=1, results="ys", result="= y")
    spiff = node("""<task id="t"><multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>
        <loopDataOutputRef>ys</loopDataOutputRef><outputDataItem id="y"/></multiInstanceLoopCharacteristics></task>""",
                 vendors="spiff").loop
    assert spiff is not None
    assert (spiff.cardinality, spiff.results, spiff.result) == ("2", "ys", "y")
    flowable = node("""<userTask id="t"><multiInstanceLoopCharacteristics><extensionElements>
        <flowable:variableAggregation target="reviews"><variable source="approved" target="ok"/><variable source="who"/>
        </flowable:variableAggregation></extensionElements></multiInstanceLoopCharacteristics></userTask>""").loop
    assert flowable is not None
    assert (flowable.results, flowable.result) == ("reviews", '= {"ok": approved, "who": who}')


def test_bpmns_own_way_to_name_what_a_loop_takes_and_gathers() -> None:
    found = node("""<subProcess id="t"><ioSpecification><dataInput id="in"/><dataOutput id="out"/></ioSpecification>
        <dataInputAssociation><sourceRef>list</sourceRef><targetRef>in</targetRef></dataInputAssociation>
        <dataOutputAssociation><sourceRef>out</sourceRef><targetRef>answers</targetRef></dataOutputAssociation>
        <multiInstanceLoopCharacteristics behavior="All"><loopDataInputRef>in</loopDataInputRef>
        <loopDataOutputRef>out</loopDataOutputRef><inputDataItem id="i" name="one"/>
        <outputDataItem id="o" name="answer"/></multiInstanceLoopCharacteristics></subProcess>
        <property id="list"/><property id="answers"/>""")
    assert found.loop is not None
    assert (found.loop.collection, found.loop.element, found.loop.results, found.loop.result) == (
        "list", "one", "answers", "answer")
    assert (found.inputs, found.outputs) == ((), ())


# messages and events


def test_correlation_keys() -> None:
    around = """<message id="m" name="M"><extensionElements><zeebe:subscription correlationKey="= order.id"/>
        </extensionElements></message><message id="n" name="N"/>
        <correlationProperty id="c"><correlationPropertyRetrievalExpression messageRef="n"><messagePath>order.id
        </messagePath></correlationPropertyRetrievalExpression></correlationProperty>"""
    body = """<receiveTask id="a" messageRef="m"/><sendTask id="b" messageRef="n"/><receiveTask id="c2" messageRef="n"/>
        <correlationSubscription><correlationPropertyBinding><dataPath>mine</dataPath></correlationPropertyBinding>
        </correlationSubscription>"""
    keys = [one.event and one.event.key for one in process(body, around).nodes.values()]
    assert keys == ["= order.id", "order.id", "mine"]


def test_spiffs_correlation_payload_and_variable() -> None:
    one = ("<spiff:processVariableCorrelation><spiff:propertyId>{0}</spiff:propertyId><spiff:expression>{0}"
           "</spiff:expression></spiff:processVariableCorrelation>")
    message = '<message id="m" name="M"/>'
    found = node(f"""<receiveTask id="t" messageRef="m"><extensionElements>{one.format("uid")}
        <spiff:messageVariable>got</spiff:messageVariable></extensionElements></receiveTask>""", message, "spiff")
    assert found.event is not None
    assert (found.event.key, found.result) == ("uid", "got")
    sent = node("""<sendTask id="t" messageRef="m"><extensionElements><spiff:messagePayload>{"a": x['b']}
        </spiff:messagePayload></extensionElements></sendTask>""", message, "spiff")
    assert sent.inputs == (("payload", '= {"a": get value(x, "b")}'),)
    two = drawing(f"""<receiveTask id="t" messageRef="m"><extensionElements>{one.format("a")}{one.format("b")}
        </extensionElements></receiveTask>""", message, "spiff")
    assert [warning.code for warning in two.warnings] == ["message.keys"]


def test_all_of_several_events_and_an_event_of_a_registry() -> None:
    found = node("""<startEvent id="t" parallelMultiple="true"><signalEventDefinition/><conditionalEventDefinition
        camunda:variableName="x"><condition>= x</condition></conditionalEventDefinition></startEvent>""")
    assert found.event is not None
    assert (found.event.kind, found.event.together, len(found.event.parts)) == ("multiple", True, 2)
    assert dict(found.properties) == {"variableName": "x"}
    registered = node(extended("startEvent", "<flowable:eventType>placed</flowable:eventType>"))
    assert registered.event is not None
    assert (registered.event.kind, registered.event.ref) == ("message", "placed")


def test_what_an_event_carries_and_names_on_its_definition() -> None:
    found = node("""<intermediateThrowEvent id="t"><signalEventDefinition flowable:signalExpression="${which}">
        <extensionElements><camunda:in source="a" target="b"/></extensionElements></signalEventDefinition>
        </intermediateThrowEvent>""")
    assert found.event is not None
    assert (found.event.kind, found.event.ref, found.inputs) == ("signal", "${which}", (("b", "a"),))


def test_an_ad_hoc_process_says_so() -> None:
    data = f"""<definitions xmlns="{MODEL}" xmlns:d="http://www.jboss.org/drools"><process id="p" d:adHoc="{{}}"/>
        </definitions>"""
    told = [dict(read(data.format(value).encode()).processes[0].properties) for value in ("true", "false")]
    assert told == [{"adHoc": "true"}, {}]


def test_links_without_a_name_of_their_own_go_by_that_of_the_event() -> None:
    throw, catch = process("""<intermediateThrowEvent id="a" name="L"><linkEventDefinition/></intermediateThrowEvent>
        <intermediateCatchEvent id="b" name="L"><linkEventDefinition/></intermediateCatchEvent>""").nodes.values()
    assert throw.event is not None
    assert catch.event is not None
    assert throw.event.ref == catch.event.ref == "L"


@pytest.mark.parametrize("ends", ['sourceRef="b" targetRef="h"', 'sourceRef="h" targetRef="b"'])
def test_the_activity_that_compensates(ends: str) -> None:
    found = process(f"""<task id="a"/><boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/>
        </boundaryEvent><task id="h" isForCompensation="true"/><association id="x" {ends}/>
        <textAnnotation id="n"/><association id="y" sourceRef="b" targetRef="n"/>""").nodes
    assert (found["b"].handler, found["h"].for_compensation) == ("h", True)


def test_ad_hoc_sub_processes() -> None:
    found = node("""<adHocSubProcess id="t" ordering="Sequential" cancelRemainingInstances="false"><extensionElements>
        <zeebe:adHoc activeElementsCollection="= next"/></extensionElements><task id="a"/>
        <completionCondition>= done</completionCondition></adHocSubProcess>""")
    assert (found.ordering, found.cancel_remaining, found.completion) == ("Sequential", False, "= done")
    assert dict(found.properties) == {"activeElementsCollection": "= next"}


@pytest.mark.parametrize(("text", "kind", "vendors", "expected"), [
    ("PT5S", "timeDuration", "camunda", "PT5S"), ("${x}", "timeDate", "camunda", "${x}"),
    ('"PT5S"', "timeDuration", "spiff", "PT5S"), ("timedelta(hours=2)", "timeDuration", "spiff",
                                                  '= duration("PT7200.000000S")'),
    ("5s", "timeDuration", "drools", "P0DT0H0M5S"), ("1h30m", "timeDuration", "drools", "P0DT1H30M0S"),
    ("500ms", "timeDuration", "drools", "P0DT0H0M0.5S"), ("1m###500ms", "timeCycle", "drools", "R/P0DT0H0M0.5S"),
    ("0 0 9 * * MON", "timeCycle", "camunda", "0 0 9 * * MON"),
])
def test_timers_in_the_ways_of_each_vendor(text: str, kind: str, vendors: str, expected: str) -> None:
    found = node(f"""<intermediateCatchEvent id="t"><timerEventDefinition><{kind}>{text}</{kind}>
        </timerEventDefinition></intermediateCatchEvent>""", vendors=vendors)
    assert found.event is not None
    assert found.event.timer is not None
    assert found.event.timer.expression == expected


# what modelers open is read


def test_a_pool_without_its_process_is_an_empty_pool_with_a_warning() -> None:
    pool = '<collaboration id="c"><participant id="q" processRef="gone"/></collaboration>'
    found = drawing('<task id="t"/>', pool)
    assert [(one.code, one.element) for one in found.warnings] == [("pool.process_unknown", "q")]
    assert [one.process for one in found.participants] == [None]


def test_dangling_lists_and_odd_process_ids_are_read() -> None:
    data = f"""<b:definitions xmlns:b="{MODEL}"><b:process id="Process_{{{{ ID:process }}}}"><b:startEvent id="s">
        <b:outgoing>gone</b:outgoing></b:startEvent></b:process></b:definitions>"""
    found = read(data.encode())
    assert found.processes[0].nodes["s"].outgoing == ()
    assert found.target_namespace == ""
