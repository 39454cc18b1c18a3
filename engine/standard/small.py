"""The parts small drawings are made of. A drawing stands in one line, so that lines say nothing when two are compared.

The element it is about has the id "x" where it has one, else it is the first of its tag.
"""

from __future__ import annotations

from dataclasses import dataclass

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
LINE = '<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="e"/><endEvent id="e"/>'
DAY = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
BODY = '<startEvent id="i"/><sequenceFlow id="fi" sourceRef="i" targetRef="j"/><endEvent id="j"/>'
NAMED = (
    '<message id="m" name="Order" itemRef="item"/><signal id="g" name="Storm"/><error id="r" errorCode="late"/>'
    '<escalation id="c" escalationCode="slow"/><itemDefinition id="item"/>'
    '<interface id="if" name="Shop"><operation id="o" name="place"><inMessageRef>m</inMessageRef></operation>'
    "</interface>"
)


@dataclass(frozen=True, slots=True)
class Small:
    """`inside` the process, `beside` it; `words` say what the element means when run, "" for those without meaning;
    `vendor` is the namespace of the prefix "v"."""

    inside: str = LINE
    words: str = ""
    beside: str = ""
    vendor: str = ""

    def xml(self) -> bytes:
        """The file."""
        vendor = f' xmlns:v="{self.vendor}"' if self.vendor else ""
        return (
            f'<definitions xmlns="{MODEL}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t"'
            f'{vendor}>{self.beside}<process id="p" isExecutable="true">{self.inside}</process></definitions>'
        ).encode()


def flow(name: str, source: str, target: str, condition: str = "") -> str:
    """A sequence flow, with a condition where one is given."""
    said = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{said}</sequenceFlow>'


def between(node: str, more: str = "") -> str:
    """start → x → end."""
    return f'<startEvent id="s"/>{flow("f1", "s", "x")}{node}{flow("f2", "x", "e")}<endEvent id="e"/>{more}'


def activity(tag: str, inside: str = "", attributes: str = "") -> str:
    """An activity "x" of any kind that can be done."""
    attributes += {"callActivity": ' calledElement="q"', "scriptTask": ' scriptFormat="python"'}.get(tag, "")
    body = {"subProcess": BODY, "transaction": BODY, "adHocSubProcess": '<userTask id="i"/>'}.get(tag, "")
    return f'<{tag} id="x"{attributes}>{inside}{body}</{tag}>'


CALLED = '<process id="q"><startEvent id="qs"/><sequenceFlow id="qf" sourceRef="qs" targetRef="qe"/>' \
         '<endEvent id="qe"/></process>'


def edge(definition: str, dashed: bool = False, host: str = '<userTask id="x"/>') -> str:
    """start → x → end, and on the edge of x an event that leads to an end of its own."""
    cancel = ' cancelActivity="false"' if dashed else ""
    return between(host, f'<boundaryEvent id="b" attachedToRef="x"{cancel}>{definition}</boundaryEvent>'
                         f'{flow("f3", "b", "e2")}<endEvent id="e2"/>')


def catch(definition: str, attributes: str = "") -> str:
    """start → a catch event → end."""
    return between(f'<intermediateCatchEvent id="x"{attributes}>{definition}</intermediateCatchEvent>')


def throw(definition: str) -> str:
    """start → a throw event → end."""
    return between(f'<intermediateThrowEvent id="x">{definition}</intermediateThrowEvent>')


def ending(definition: str) -> str:
    """start → an end event."""
    return f'<startEvent id="s"/>{flow("f1", "s", "x")}<endEvent id="x">{definition}</endEvent>'


def starting(definition: str, attributes: str = "") -> str:
    """a start event → end."""
    return f'<startEvent id="x"{attributes}>{definition}</startEvent>{flow("f1", "x", "e")}<endEvent id="e"/>'


def around(definition: str, dashed: bool = False, task: str = '<userTask id="t"/>') -> str:
    """start → t → end, and an event sub-process that begins with the event."""
    interrupting = ' isInterrupting="false"' if dashed else ""
    return (
        f'<startEvent id="s"/>{flow("f1", "s", "t")}{task}{flow("f2", "t", "e")}<endEvent id="e"/>'
        f'<subProcess id="h" triggeredByEvent="true"><startEvent id="x"{interrupting}>{definition}</startEvent>'
        f'{flow("f3", "x", "y")}<endEvent id="y"/></subProcess>'
    )


def inner(end: str, on_edge: str, tag: str = "subProcess", dashed: bool = False) -> str:
    """start → a sub-process x that ends by throwing → end, and on its edge an event that catches."""
    body = f'<startEvent id="i"/>{flow("fi", "i", "j")}<endEvent id="j">{end}</endEvent>'
    drawn = edge(on_edge, dashed, f'<{tag} id="x">{body}</{tag}>')
    return drawn if dashed else drawn.replace('targetRef="e2"', 'targetRef="e"').replace('<endEvent id="e2"/>', "")


def compensated(handler: str, throws: str = '<endEvent id="e"><compensateEventDefinition/></endEvent>') -> str:
    """start → w → an end that asks for compensation; `handler` "x" undoes w."""
    return (
        f'<startEvent id="s"/>{flow("f1", "s", "w")}<userTask id="w"/>{flow("f2", "w", "e")}{throws}'
        '<boundaryEvent id="b" attachedToRef="w"><compensateEventDefinition/></boundaryEvent>'
        f'{handler}<association id="as" sourceRef="b" targetRef="x"/>'
    )


def split(tag: str, joined: str, conditions: tuple[str, str] = ("", ""), inside: str = "") -> str:
    """start → x → a and b → a gateway that brings them together → end."""
    return (
        f'<startEvent id="s"/>{flow("f1", "s", "x")}<{tag} id="x">{inside}</{tag}>{flow("f2", "x", "a", conditions[0])}'
        f'{flow("f3", "x", "b", conditions[1])}<userTask id="a"/><userTask id="b"/>{flow("f4", "a", "k")}'
        f'{flow("f5", "b", "k")}<{joined} id="k"/>{flow("f6", "k", "e")}<endEvent id="e"/>'
    )
