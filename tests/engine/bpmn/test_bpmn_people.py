"""Who does a task and which form inside the drawing it shows, as each vendor says it."""

from __future__ import annotations

import pytest

from engine import forms
from tests.engine.small import drawing, extended, node, process


def test_jbpm_names_people_by_inputs_and_bare_owners() -> None:
    names = {"g": "GroupId", "a": "ActorId", "c": "Comment"}
    values = {"g": "HR,IT", "a": "#{boss}", "c": "x"}
    specified = "".join(f'<dataInput id="{ref}" name="{name}"/>' for ref, name in names.items())
    given = "".join(f"<dataInputAssociation><targetRef>{ref}</targetRef><assignment><from>{value}</from><to>{ref}</to>"
                    "</assignment></dataInputAssociation>" for ref, value in values.items())
    found = node(f"""<userTask id="t"><ioSpecification>{specified}</ioSpecification>{given}<potentialOwner>
        <resourceAssignmentExpression><formalExpression>mary</formalExpression></resourceAssignmentExpression>
        </potentialOwner></userTask>""", vendors="drools")
    assert (found.roles, found.users, found.inputs) == (("HR", "IT"), ("mary", "#{boss}"), (("Comment", '= "x"'),))


FIELDS = """<camunda:formData>
  <camunda:formField id="who" label="= Who" type="string" defaultValue="Ani"><camunda:validation>
    <camunda:constraint name="required"/><camunda:constraint name="minlength" config="2"/>
    <camunda:constraint name="maxlength" config="9"/></camunda:validation></camunda:formField>
  <camunda:formField id="age" type="long" defaultValue="7"><camunda:validation>
    <camunda:constraint name="min" config="1"/><camunda:constraint name="max" config="99"/></camunda:validation>
  </camunda:formField>
  <camunda:formField id="sure" type="boolean" defaultValue="true"/><camunda:formField id="on" type="date"/>
  <camunda:formField id="way" type="enum"><camunda:value id="a" name="A"/><camunda:value id="b"/></camunda:formField>
  <camunda:formField id="empty" type="enum"/><camunda:formField id="1 odd" type="string" defaultValue="${x}"/>
</camunda:formData>"""


@pytest.mark.parametrize("tag", ["userTask", "startEvent"])
def test_form_fields_inside_a_drawing_are_a_form(tag: str) -> None:
    found = node(extended(tag, FIELDS))
    assert found.embedded is not None
    form = forms.load(found.embedded)
    assert [(one.key, one.kind, one.label) for one in form.fields] == [
        ("who", "text", "Who"), ("age", "number", "age"), ("sure", "checkbox", "sure"), ("on", "date", "on"),
        ("way", "select", "way"), ("empty", "text", "empty"), ("field_71_odd", "text", "1 odd")]
    assert form.blank() == {"who": "Ani", "age": 7, "sure": True}
    assert [(one.path, one.code) for one in form.check({"who": "x", "age": 100, "sure": True}).errors] == [
        (("who",), "minLength"), (("age",), "max")]


def test_a_form_property_and_rules_we_do_not_know() -> None:
    known = node(extended("userTask", '<flowable:formProperty id="a" name="A" type="long" required="true"/>'
                                      '<flowable:formProperty id="b" type="string" writable="false"/>'))
    assert known.embedded is not None
    first, second = forms.load(known.embedded).fields
    assert (first.required, second.readonly) == (True, True)
    odd = drawing(extended("userTask", '<camunda:formData><camunda:formField id="a" type="long" defaultValue="many"/>'
                                       "</camunda:formData>"))
    assert [one.code for one in odd.warnings] == ["form.simplified"]
    twice = drawing(extended("userTask", '<camunda:formData><camunda:formField id="a"/><camunda:formField id="a"/>'
                                         "</camunda:formData>"))
    assert [one.code for one in twice.warnings] == ["form.unreadable"]
    assert twice.processes[0].nodes["t"].embedded is None


def test_a_zeebe_form_inside_the_process() -> None:
    body = """<extensionElements><zeebe:userTaskForm id="f">{"components": [{"type": "textfield", "key": "a",
        "label": "A"}]}</zeebe:userTaskForm></extensionElements><userTask id="t"><extensionElements>
        <zeebe:formDefinition formKey="camunda-forms:bpmn:f"/></extensionElements></userTask>"""
    found = process(body).nodes["t"]
    assert found.embedded is not None
    assert forms.load(found.embedded).names == {"a"}
