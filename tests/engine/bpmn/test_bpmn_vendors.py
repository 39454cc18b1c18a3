"""What vendors' extensions ask for and do not get is told with its name, element and line; what is known is not."""

from __future__ import annotations

import pytest

from engine.bpmn.reader import read
from engine.bpmn.vendor_words import AS_USUAL, INSIDE, KEPT, READ, UNHEEDED
from engine.standard.extension_drawings import EXAMPLES

HEAD = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:flowable="http://flowable.org/bpmn"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:own="urn:own"
 targetNamespace="urn:t">
 %s
 <process id="p"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="x"/>
  %s
 </process></definitions>"""


def told(inside: str, beside: str = "") -> list[tuple[str, str | None, int | None, str]]:
    warnings = read((HEAD % (beside, inside)).encode()).warnings
    return [(one.code, one.element, one.line, one.message_en.partition("”")[0].partition("“")[2]) for one in warnings]


@pytest.mark.parametrize(("inside", "expected"), [
    ('<userTask id="x" flowable:skipExpression="${true}"/>', ("extension.no_effect", "x", 7, "skipExpression")),
    ('<serviceTask id="x" flowable:triggerable="true"/>', ("extension.no_effect", "x", 7, "triggerable")),
    ('<userTask id="x" camunda:colour="red"/>', ("extension.ignored", "x", 7, "colour")),
    ('<serviceTask id="x"><extensionElements>\n<zeebe:retryPlan/></extensionElements></serviceTask>',
     ("extension.ignored", "x", 8, "retryPlan")),
    ('<serviceTask id="x"><extensionElements><camunda:inputOutput>\n<camunda:sideEffect/></camunda:inputOutput>'
     "</extensionElements></serviceTask>", ("extension.ignored", "x", 8, "sideEffect")),
    ('<intermediateCatchEvent id="x">\n<conditionalEventDefinition camunda:variableName="a"><condition>${a}</condition>'
     "</conditionalEventDefinition></intermediateCatchEvent>", ("extension.no_effect", "x", 8, "variableName")),
])
def test_it_is_told(inside: str, expected: tuple[str, str, int, str]) -> None:
    assert told(inside) == [expected]


def test_it_is_told_beside_the_processes_too() -> None:
    assert told('<task id="x"/>', '<error id="r" camunda:stop="now"/>') == [("extension.ignored", "r", 5, "stop")]


@pytest.mark.parametrize("inside", [
    '<serviceTask id="x" flowable:triggerable="false" camunda:asyncBefore="true" own:thing="1"/>',
    '<userTask id="x"><extensionElements><own:thing/></extensionElements></userTask>',
    '<userTask id="x" camunda:priority="3" camunda:followUpDate="2030-01-01T00:00:00"/>',
])
def test_what_has_its_effect_or_is_another_vendors_is_not_told(inside: str) -> None:
    assert told(inside) == []


def test_each_name_stands_in_one_table_and_each_shown_extension_is_known() -> None:
    for family, examples in EXAMPLES.items():
        read_here, kept = READ[family].split(), KEPT[family].split()
        assert len({*read_here, *kept}) == len(read_here) + len(kept)
        assert not {*read_here, *kept} & set(UNHEEDED)
        assert set(examples) <= {*read_here, *kept, *UNHEEDED}, family
        assert not {*INSIDE[family].split()} & {*read_here, *kept}
    assert set(AS_USUAL) <= set(UNHEEDED)
