"""Expressions in other languages: what only computes a value means the same here, code stays as drawn."""

from __future__ import annotations

import pytest

from engine.bpmn.languages import plain, reads
from tests.engine.small import process


@pytest.mark.parametrize(("text", "language", "expected"), [
    ("return x > 10;", "http://www.java.com/java", "${x > 10}"),
    ("return !valid;", "java", "${!valid}"),
    ("a === 'b' && c !== 1", "JavaScript", "${a === 'b' && c !== 1}"),
    ("this.variables.input < 2", "JavaScript", "${input < 2}"),
    ("foo == 'left'", "groovy", "${foo == 'left'}"),
    ("list.size == 1", "http://www.mvel.org/2.0", "${list.size == 1}"),
    ('return test.contains("a");', "java", '${test.contains("a")}'),
    ("${!x.startsWith('a')}", None, "${!x.startsWith('a')}"), ("${x.y.size() != 3}", None, "${x.y.size() != 3}"),
    ("$data['action']==\"exit\"", None, '${action=="exit"}'),
    ("name.length() > 3", "groovy", "${name.length() > 3}"),
    ("kcontext.getVariable('x') == 'Exit'", "javascript", "${kcontext.getVariable('x') == 'Exit'}"),
    ('return "yes".equals(x);', "java", '${"yes".equals(x)}'),
    ("return Boolean.TRUE.equals(x);", "java", "${Boolean.TRUE.equals(x)}"),
    ("return KieFunctions.isTrue(x);", "java", "${KieFunctions.isTrue(x)}"),
    ("return !KieFunctions.isNull(x);", "java", "${!KieFunctions.isNull(x)}"),
    ("x = 'a'", "http://www.w3.org/1999/XPath", '= x = "a"'),
    ("x == 'a' and not y", "python", '= (x = "a") and not(y)'),
    ("d['k'][0] in ('a', 'b')", "python", '= list contains(["a", "b"], get value(d, "k")[1])'),
    ("len(x) > 2 if x else False", "python", "= if x then size of(x) > 2 else false"),
    ("True", "python", "true"), ("counter == 3", None, "${counter == 3}"), ("not done", None, "${not done}"),
    ("x = 1", None, "x = 1"), ("= x", "groovy", "= x"), ("${x}", "XPath", "${x}"), ("3", "groovy", "3"),
    ("'a' in x and d.get('n', 0) > 1", "python", '= holds part(x, "a") and (get or else(get value(d, "n"), 0) > 1)'),
    ('return (Boolean) x && "(String) y".equals(((String) kcontext.getVariable("y")).trim());', "java",
     '${x && "(String) y".equals((kcontext.getVariable("y")).trim())}'),
    ('System.out.println("valid: " + valid); System.err.print(1);\nreturn !valid;', "java", "${!valid}"),
    ("this.environment.variables.x.length > 2", "JavaScript", "${x.length > 2}"),
    ("x = 1", "https://www.omg.org/spec/DMN/20191111/FEEL/", "x = 1"),
])
def test_a_plain_expression_in_another_language_means_the_same_here(
    text: str, language: str | None, expected: str
) -> None:
    assert plain(text, language) == expected
    assert reads(expected)


@pytest.mark.parametrize(("text", "language"), [
    ('count.add("x"); return !valid;', "java"), ('System.out.println(count.add(1)); return !valid;', "java"),
    ("next(null, a === 'b');", "javascript"),
    ("not(x//@value = 'a')", "XPath"), ("datetime.now() > x", "python"), ("[x for x in y]", "python"),
    ("x.do()", "python"), ("(lambda: 1)()", "python"), ("MyFact(a == true)", "http://www.jboss.org/drools/rule"),
    ("(" * 1000 + ")" * 1000, "python"), ("a.equals(" * 5000, "java"),
])
def test_code_stays_as_it_was_drawn(text: str, language: str) -> None:
    found = plain(text, language)
    assert found in {text, f"script: {text}"}
    assert not reads(found)


def test_conditions_state_their_language_or_the_files() -> None:
    flow = ('<task id="a"/><task id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b"><conditionExpression {}>'
            "{}</conditionExpression></sequenceFlow>")
    assert process(flow.format('language="groovy"', "return x")).flows["f"].condition == "${x}"
    mvel = 'expressionLanguage="http://www.mvel.org/2.0"'
    assert process(flow.format("", "x.y == 1"), attributes=mvel).flows["f"].condition == "${x.y == 1}"
    xpath = 'expressionLanguage="http://www.w3.org/1999/XPath"'
    assert process(flow.format("", "x = 1"), attributes=xpath).flows["f"].condition == "x = 1"
    outside = process(flow.format('language="groovy" camunda:resource="a.groovy"', "")).flows["f"].condition
    assert outside == "script: a.groovy"
    assert not reads(outside or "")
