"""Random drawings that are sound by construction, with nearly all of BPMN in them, and ways to spoil them.

A **block** has one way in and one way out; whatever is put together of blocks is sound. `sketch(random, size)` draws
one; `rewired` leads one of its flows elsewhere, and then nothing is known about it any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random
from xml.sax.saxutils import escape

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="test">'
    '<message id="msg" name="news"/><error id="err" errorCode="E1"/><escalation id="esc" escalationCode="L1"/>'
)
TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
MESSAGE = '<messageEventDefinition messageRef="msg"/>'
ERROR = '<errorEventDefinition errorRef="err"/>'
ESCALATION = '<escalationEventDefinition escalationRef="esc"/>'
TERMINATE = "<terminateEventDefinition/>"
SMALL = ("task", "task", "work", "plain", "seq", "xor", "and")
BLOCKS = (
    "task", "work", "plain", "seq", "seq", "and", "and", "xor", "xor", "or", "loop", "race", "sub", "timed", "dashed",
    "branch", "failing", "escalating", "handled", "reminded", "terminated", "linked", "implicit", "optional", "voted",
    "each",
)
"""The kinds of block; `_block_<kind>` draws each."""


@dataclass(frozen=True)
class Thing:
    id: str
    tag: str
    scope: str
    attributes: str = ""
    inner: str = ""


@dataclass(frozen=True)
class Arrow:
    id: str
    source: str
    target: str
    scope: str
    condition: str = ""
    default: bool = False


@dataclass
class Sketch:
    """A drawing under way: the things and arrows of all scopes. `xml` is the file."""

    random: Random
    things: list[Thing] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    scope: str = "p"
    kinds: tuple[str, ...] = BLOCKS

    def thing(self, tag: str, inner: str = "", attributes: str = "") -> str:
        name = f"{tag[:2]}{len(self.things)}"
        self.things.append(Thing(name, tag, self.scope, attributes, inner))
        return name

    def arrow(self, source: str, target: str, condition: str = "", default: bool = False) -> None:
        self.arrows.append(Arrow(f"f{len(self.arrows)}", source, target, self.scope, condition, default))

    @property
    def xml(self) -> bytes:
        return f'{HEAD}<process id="p" isExecutable="true">{self._inside("p")}</process></definitions>'.encode()

    def _inside(self, scope: str) -> str:
        return "\n".join([
            *(self._thing(one) for one in self.things if one.scope == scope),
            *(self._arrow(one) for one in self.arrows if one.scope == scope),
        ])

    def _thing(self, one: Thing) -> str:
        usual = [arrow.id for arrow in self.arrows if arrow.source == one.id and arrow.default]
        default = f' default="{usual[0]}"' if usual else ""
        body = self._inside(one.id) if one.tag == "subProcess" else ""
        return f'<{one.tag} id="{one.id}"{default}{one.attributes}>{one.inner}{body}</{one.tag}>'

    def _arrow(self, one: Arrow) -> str:
        condition = f"<conditionExpression>{escape(one.condition)}</conditionExpression>" if one.condition else ""
        ends = f'sourceRef="{one.source}" targetRef="{one.target}"'
        return f'<sequenceFlow id="{one.id}" {ends}>{condition}</sequenceFlow>'

    # Blocks: each draws itself and answers its first and last element

    def block(self, size: int) -> tuple[str, str]:
        """A random block of at most about so many tasks."""
        kind = self.random.choice(self.kinds if size > 1 else SMALL[:4])
        first, last = getattr(self, f"_block_{kind}")(size)
        return first, last

    def _line(self, *parts: tuple[str, str]) -> tuple[str, str]:
        for left, right in pairwise(parts):
            self.arrow(left[1], right[0])
        return parts[0][0], parts[-1][1]

    def _one(self, tag: str, inner: str = "", attributes: str = "") -> tuple[str, str]:
        name = self.thing(tag, inner, attributes)
        return name, name

    def _block_task(self, size: int) -> tuple[str, str]:
        return self._one("userTask")

    def _block_work(self, size: int) -> tuple[str, str]:
        return self._one("serviceTask")

    def _block_plain(self, size: int) -> tuple[str, str]:
        return self._one(self.random.choice(("task", "manualTask", "intermediateThrowEvent")))

    def _block_seq(self, size: int) -> tuple[str, str]:
        return self._line(self.block(size // 2), self.block(size // 2))

    def _fork(self, size: int, split: str, join: str, conditions: bool) -> tuple[str, str]:
        first, last = self.thing(split), self.thing(join)
        ways = self.random.randint(2, 3)
        for number in range(ways):
            into, out = self.block(size // ways)
            usual = conditions and number == ways - 1
            self.arrow(first, into, f'= way_{first} = "{number}"' if conditions and not usual else "", usual)
            self.arrow(out, last)
        return first, last

    def _block_and(self, size: int) -> tuple[str, str]:
        return self._fork(size, "parallelGateway", "parallelGateway", False)

    def _block_xor(self, size: int) -> tuple[str, str]:
        return self._fork(size, "exclusiveGateway", "exclusiveGateway", True)

    def _block_or(self, size: int) -> tuple[str, str]:
        return self._fork(size, "inclusiveGateway", "inclusiveGateway", True)

    def _block_implicit(self, size: int) -> tuple[str, str]:
        return self._fork(size, "userTask", "parallelGateway", False)

    def _block_optional(self, size: int) -> tuple[str, str]:
        return self._fork(size, "userTask", "inclusiveGateway", True)

    def _block_loop(self, size: int) -> tuple[str, str]:
        into, out = self.thing("exclusiveGateway"), self.thing("exclusiveGateway")
        first, last = self._line(self.block(size - 1), self._one("userTask"))
        self.arrow(into, first)
        self.arrow(last, out)
        self.arrow(out, into, f"= again_{out}")
        after = self.thing("userTask")
        self.arrow(out, after, default=True)
        return into, after

    def _block_race(self, size: int) -> tuple[str, str]:
        gate, join = self.thing("eventBasedGateway"), self.thing("exclusiveGateway")
        for inner in (TIMER, MESSAGE):
            event = self.thing("intermediateCatchEvent", inner)
            first, last = self.block(size // 2)
            self.arrow(gate, event)
            self.arrow(event, first)
            self.arrow(last, join)
        return gate, join

    def _block_linked(self, size: int) -> tuple[str, str]:
        first, out = self.block(size - 1)
        name = f"l{len(self.things)}"
        throw = self.thing("intermediateThrowEvent", f'<linkEventDefinition name="{name}"/>')
        catch = self.thing("intermediateCatchEvent", f'<linkEventDefinition name="{name}"/>')
        self.arrow(out, throw)
        return first, catch

    def _block_voted(self, size: int) -> tuple[str, str]:
        return self._one("userTask", "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>"
                                     "</multiInstanceLoopCharacteristics>")

    # Scopes

    def body(self, size: int, *, ends: bool = True) -> str:
        """A sub-process with a start, a block and an end."""
        outside, name = self.scope, self.thing("subProcess")
        self.scope = name
        first, last = self.block(size)
        self.arrow(self.thing("startEvent"), first)
        if ends:
            self.arrow(last, self.thing("endEvent"))
        self.scope = outside
        return name

    def _in(self, scope: str, *parts: tuple[str, str]) -> None:
        """The flows of a line inside another scope."""
        outside, self.scope = self.scope, scope
        self._line(*parts)
        self.scope = outside

    def _block_sub(self, size: int) -> tuple[str, str]:
        name = self.body(size)
        return name, name

    def _block_each(self, size: int) -> tuple[str, str]:
        name = self.body(size - 1)
        at = next(place for place, one in enumerate(self.things) if one.id == name)
        self.things[at] = replace(self.things[at], inner=(
            "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
        ))
        return name, name

    def _aside(self, host: str, inner: str, size: int) -> tuple[str, str]:
        """An event on the edge that takes the work away; both ways come together behind it."""
        edge = self.thing("boundaryEvent", inner, f' attachedToRef="{host}"')
        join = self.thing("exclusiveGateway")
        first, last = self.block(max(1, size))
        self.arrow(edge, first)
        self.arrow(last, join)
        self.arrow(host, join)
        return host, join

    def _block_timed(self, size: int) -> tuple[str, str]:
        tasks = ("userTask", "serviceTask", "manualTask")
        host = self.body(size // 2) if self.random.random() < 0.5 else self.thing(self.random.choice(tasks))
        if host.startswith("su"):
            self._needs_time(host)
        return self._aside(host, TIMER, size // 2)

    def _needs_time(self, scope: str) -> None:
        """A person's task stands first in the scope, so that events beside it can happen."""
        start = next(one.id for one in self.things if one.scope == scope and one.tag == "startEvent")
        at = next(place for place, one in enumerate(self.arrows) if one.source == start)
        outside, self.scope = self.scope, scope
        task = self.thing("userTask")
        self.arrow(task, self.arrows[at].target)
        self.arrows[at] = replace(self.arrows[at], target=task)
        self.scope = outside

    def _off(self, host: str, inner: str, *parts: tuple[str, str]) -> tuple[str, str]:
        """A dashed event: its way has an end of its own."""
        edge = self.thing("boundaryEvent", inner, f' attachedToRef="{host}" cancelActivity="false"')
        self._line((edge, edge), *parts, self._one("endEvent"))
        return host, host

    def _block_dashed(self, size: int) -> tuple[str, str]:
        return self._off(self.thing("userTask"), TIMER, self._one("intermediateThrowEvent"))

    def _block_branch(self, size: int) -> tuple[str, str]:
        return self._off(self.thing("userTask"), MESSAGE, self._one("userTask"), self.block(size // 2))

    def _block_failing(self, size: int) -> tuple[str, str]:
        scope = self.body(size // 2)
        self._needs_time(scope)
        self._sometimes(scope, ERROR)
        return self._aside(scope, ERROR, size // 2)

    def _sometimes(self, scope: str, inner: str) -> None:
        """On its last flow the scope may come to another end instead."""
        at = max(place for place, one in enumerate(self.arrows) if one.scope == scope and any(
            thing.id == one.target and thing.tag == "endEvent" for thing in self.things))
        outside, self.scope = self.scope, scope
        gate, end = self.thing("exclusiveGateway"), self.thing("endEvent", inner)
        self.arrow(gate, self.arrows[at].target, default=True)
        self.arrow(gate, end, f'= bad_{gate} = "yes"')
        self.arrows[at] = replace(self.arrows[at], target=gate)
        self.scope = outside

    def _block_escalating(self, size: int) -> tuple[str, str]:
        scope = self.body(size - 1)
        self._needs_time(scope)
        self._sometimes(scope, ESCALATION)
        return self._off(scope, ESCALATION, self._one("intermediateThrowEvent"))

    def _block_terminated(self, size: int) -> tuple[str, str]:
        scope = self.body(size - 1)
        self._needs_time(scope)
        self._sometimes(scope, TERMINATE)
        return scope, scope

    def _event_body(self, scope: str, inner: str, *tags: str, dashed: bool = False) -> None:
        outside, self.scope = self.scope, scope
        self.scope = self.thing("subProcess", "", ' triggeredByEvent="true"')
        start = self.thing("startEvent", inner, ' isInterrupting="false"' if dashed else "")
        self._line((start, start), *(self._one(tag) for tag in tags), self._one("endEvent"))
        self.scope = outside

    def _block_handled(self, size: int) -> tuple[str, str]:
        scope = self.body(size - 1)
        self._needs_time(scope)
        self._event_body(scope, self.random.choice((TIMER, MESSAGE, ERROR)), "userTask")
        return scope, scope

    def _block_reminded(self, size: int) -> tuple[str, str]:
        scope = self.body(size - 1)
        self._needs_time(scope)
        self._event_body(scope, self.random.choice((TIMER, MESSAGE)), "intermediateThrowEvent", dashed=True)
        return scope, scope


def sketch(random: Random, size: int = 6, kinds: tuple[str, ...] = BLOCKS) -> Sketch:
    """A random sound drawing: one or several starts, a block, one or several ends."""
    found = Sketch(random, kinds=kinds)
    first, last = found.block(size)
    starts = [found.thing("startEvent")]
    if random.random() < 0.2:
        starts.append(found.thing("startEvent", MESSAGE))
        merge = found.thing("exclusiveGateway")
        found.arrow(merge, first)
        first = merge
    for start in starts:
        found.arrow(start, first)
    if random.random() < 0.2:
        split = found.thing("parallelGateway")
        found.arrow(last, split)
        for _ in range(2):
            found._line((split, split), found.block(1), found._one("endEvent"))
    else:
        found.arrow(last, found.thing("endEvent"))
    return found


def rewired(drawn: Sketch, random: Random) -> Sketch:
    """The drawing with one flow led to another element of the same scope."""
    at = random.randrange(len(drawn.arrows))
    old = drawn.arrows[at]
    into = [one.id for one in drawn.things if one.scope == old.scope and one.id not in (old.source, old.target)
            and one.tag not in ("startEvent", "boundaryEvent") and "triggeredByEvent" not in one.attributes]
    if into:
        drawn.arrows[at] = replace(old, target=random.choice(into))
    return drawn
