"""The flat `transitions` machine of one definition, shared by all its instances. It decides and does nothing else.

Traps of transitions 0.9.3 that shape this file: `auto_transitions` would give every state a back door; a string guard
is imported and called, so guards are functions; a guard passes only on a real True; a trigger without a fitting
transition returns False in silence, where we raise; a model is kept for ever by `add_model`, so there is none, only a
token that is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from transitions import EventData, Machine, MachineError

from engine.bpmn.model import Node
from engine.errors import Refused, WrongState
from engine.feel.values import from_python
from engine.graph import Graph, Transition
from engine.tokens import ASKED, ENDS, GOES_ON


class NoWayOut(Refused):
    """Tidak ada jalur yang cocok dengan jawaban ini. Hubungi pengelola alur."""

    def __init__(self, gateway: str, element: str = "") -> None:
        super().__init__(
            "Tidak ada jalur yang cocok sesudah gerbang “%(gateway)s”. Hubungi pengelola alur.", gateway=gateway
        )
        self.gateway, self.element = gateway, element or gateway


class Choices:
    """Which way each gateway takes under the given values; each is decided once and remembered.

    An exclusive gateway takes the first flow whose condition is true; a flow without a condition is always true; the
    default flow is taken when no other is (BPMN 2.0.2 clause 13.4.2). Every other node takes all flows whose condition
    is true, and those without one; the default when no condition is (clause 13.4.3). A condition that is not true,
    null included, is a no. An ad hoc sub-process ends when its completion condition is true.
    """

    __slots__ = ("_context", "_graph", "_taken")

    def __init__(self, graph: Graph, context: Mapping[str, Any]) -> None:
        self._graph, self._context = graph, context
        self._taken: dict[str, tuple[str, ...]] = {}

    def taken(self, gateway: str) -> tuple[str, ...]:
        if (found := self._taken.get(gateway)) is None:
            found = self._taken[gateway] = (
                self._asked(gateway.removesuffix(ASKED)) if gateway.endswith(ASKED) else self._decide(gateway)
            )
        return found

    def _asked(self, element: str) -> tuple[str, ...]:
        return ENDS if self._holds(element) else GOES_ON

    def _decide(self, gateway: str) -> tuple[str, ...]:
        node = self._graph.process.nodes[gateway]
        if node.kind == "exclusiveGateway":
            found = self._first(node)
        else:
            found = self._all(node)
        if not found:
            raise NoWayOut(node.name or gateway, gateway)
        return found

    def _holds(self, element: str) -> bool:
        condition = self._graph.conditions.get(element)
        return condition is None or condition.evaluate(self._context) is True

    def _first(self, node: Node) -> tuple[str, ...]:
        for flow in node.outgoing:
            if flow != node.default and self._holds(flow):
                return (flow,)
        return (node.default,) if node.default is not None else ()

    def _all(self, node: Node) -> tuple[str, ...]:
        true = {flow for flow in node.outgoing if flow != node.default and self._holds(flow)}
        if node.default is not None and not any(flow in self._graph.conditions for flow in true):
            true.add(node.default)
        return tuple(flow for flow in node.outgoing if flow in true)


class Token:
    """What is moved through the machine: a state, and afterwards the transition that moved it."""

    __slots__ = ("state", "step")

    def __init__(self, state: str) -> None:
        self.state = state
        self.step: Transition | None = None


START = "·"
"""The state before the start: no drawing can name it, since an XML id holds no middle dot first."""


class Steps:
    """All steps of one graph. Building one costs time in the number of transitions; a step costs microseconds."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._machine = Machine(
            model=None, states=[START, *graph.states], initial=START, auto_transitions=False, send_event=True,
        )
        for transition in graph.transitions:
            self._machine.add_transition(
                transition.trigger, transition.source or START, transition.target, conditions=[_guard(transition)]
            )

    def step(self, state: str, trigger: str, choices: Choices) -> Transition:
        """The transition this trigger makes from this state. Nothing is changed anywhere.

        `state` is "" before the start. Refused with WrongState when the state knows no such trigger, and with
        NoWayOut when a gateway on the way has no flow that may be taken.
        """
        event = self._machine.events.get(trigger)
        if event is None or (state and state not in self._machine.states):
            raise WrongState()
        token = Token(state or START)
        try:
            moved = event.trigger(token, choices)
        except MachineError as error:
            raise WrongState() from error
        if not moved or token.step is None:
            raise WrongState()
        return token.step

    def triggers(self, state: str) -> list[str]:
        """The triggers this state knows, in the order of the drawing."""
        return list(dict.fromkeys(one.trigger for one in self.graph.leaving[state]))


def _guard(transition: Transition) -> Callable[[EventData], bool]:
    wanted = transition.choices

    def fits(event: EventData) -> bool:
        choices, token = cast(Choices, event.args[0]), cast(Token, event.model)  # type: ignore[index] # -- its stub says Iterable
        if all(choices.taken(gateway) == flows for gateway, flows in wanted):
            token.step = transition
            return True
        return False

    return fits


class Ways:
    """The steps of something small that is no drawing: (state, trigger, state), "" being the state before the start."""

    __slots__ = ("_machine", "_steps")

    def __init__(self, steps: Iterable[tuple[str, str, str]]) -> None:
        self._steps = tuple(steps)
        states = {state or START for source, _, target in self._steps for state in (source, target)}
        self._machine = Machine(
            model=None, states=sorted(states), initial=START, auto_transitions=False, send_event=True,
        )
        for source, trigger, target in self._steps:
            self._machine.add_transition(trigger, source or START, target)

    def step(self, state: str, trigger: str) -> str:
        """The state this trigger leads to. Nothing is changed anywhere; refused with WrongState as `Steps.step`."""
        event = self._machine.events.get(trigger)
        if event is None or (state and state not in self._machine.states):
            raise WrongState()
        token = Token(state or START)
        try:
            event.trigger(token)
        except MachineError as error:
            raise WrongState() from error
        return token.state

    def triggers(self, state: str) -> list[str]:
        """The triggers this state knows, in the order they were given."""
        return list(dict.fromkeys(trigger for source, trigger, _ in self._steps if source == state))


def context_of(variables: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """The values expressions see: the instance's own variables, and over them the names of its surroundings."""
    return {**{key: from_python(value) for key, value in variables.items()}, **names}
