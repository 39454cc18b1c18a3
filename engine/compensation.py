"""What has to be undone, by which handler, and in which order (BPMN 2.0.2 clause 13.5.5).

A **handler** is an activity behind a compensation boundary event, or the compensation event sub-process of a body. What
was completed stands in `Run.done`, the oldest first. A throwing event stays in its place until nothing it reaches is
being undone; then the next is taken, the last completed first. What child instances did is undone by them: the place
"A<" waits until those of A have, and in their own machine a place of their own is where they undo what they did. A
handler of what is done several times is done once for each round, by the instance that did the round, with its data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from engine.bpmn.model import Node
from engine.net import THROWS, Net, Root, has, parts
from engine.run import CANCELS, Run, bare, undone_at


class Handlers:
    """The compensation handlers of one net, seen from one root."""

    def __init__(self, net: Net, root: Root) -> None:
        self.net, self.root = net, root

    @cached_property
    def own(self) -> str:
        """The place where this machine undoes what it did; "" for one of which nobody asks that."""
        return self.net.own(self.root)

    @cached_property
    def compensated(self) -> Mapping[str, str]:
        """{handler: the activity, or body, it undoes}."""
        return {handler.id: activity for activity, handler in self.net.compensators.items()}

    def by_children(self, activity: str) -> bool:
        """Whether this activity's child instances undo what they did: no handler stands outside for all of it."""
        handler = self.net.compensators.get(activity)
        if activity == self.root.id:
            return self.root.kind == "round" and handler is None and activity in self.net.undoing
        return activity != self.root.top and activity in self.net.undoing and (
            handler is None or handler.by_event or self.net.each_undone(activity)
        )

    def completed(self, run: Run, node: Node) -> None:
        """This activity is completed: from now on it can be undone, by its own handler as a whole."""
        handler = self.net.compensators.get(node.id)
        if handler is None and not self.by_children(node.id):
            return
        if handler is not None and not handler.by_event:
            run.done = [one for one in run.done if not self.net.within(one, node.id)]
        if node.id not in run.done:
            run.done.append(node.id)

    def begun(self, run: Run, event: Node) -> None:
        """A branch begins at this event: what it will have done can be undone, once it has ended."""
        if event.id in self.net.undoing and event.id not in run.done:
            run.done.append(event.id)

    def kept(self, run: Run) -> tuple[str, ...]:
        """What a machine that has come to its end can still undo, should its parent ask."""
        if not self.own or run.undone:
            return ()
        if self.root.kind == "round" or (self.root.kind == "body" and self.net.each_undone(self.root.id)):
            return (self.root.id,)
        handler = self.net.compensators.get(self.root.top) if self.root.kind != "branch" else None
        return (*run.done, self.root.top) if handler is not None and handler.by_event else tuple(run.done)

    def waiting(self, run: Run) -> Iterator[str]:
        """The places of those who asked and of whom nothing is being undone at the moment, the innermost first."""
        asking = [place for place in run.places if place == self.own or self._asks(place)]
        for place in sorted(asking, key=lambda one: (-sum(1 for _ in self.net.around(one)), one)):
            if not any(self._undoes(other, place) for other in run.places):
                yield place

    def _asks(self, place: str) -> bool:
        node = self.net.nodes.get(place)
        return node is not None and node.kind in THROWS and has(node, "compensate", "cancel")

    def next(self, run: Run, place: str) -> str | None:
        """What is to be undone next for who asked at this place: of what is completed as a whole, the last.

        What lies in a body with a handler of its own is that handler's to undo.
        """
        wanted = [one for one in run.done if self._reaches(place, one) and not self._inside_open(run, place, one)]
        return next((one for one in reversed(wanted) if not any(self.net.within(one, other) for other in wanted)), None)

    def _reaches(self, place: str, activity: str) -> bool:
        """Whether who asks at this place asks for this activity."""
        if place == self.own:
            return True
        asked = self._asked(place)
        return activity == asked or self.net.within(activity, asked or self.scope(place))

    def _asked(self, place: str) -> str | None:
        """The one activity that this throwing event names."""
        return next((part.ref for part in parts(self.net.nodes[place].event) if part.kind == "compensate"), None)

    def scope(self, place: str) -> str:
        """The scope whose activities this throwing event undoes: around an event sub-process, that around it."""
        scope = self.net.scope[place]
        handler = self.net.nodes.get(scope)
        return self.net.scope[scope] if handler is not None and handler.by_event else scope

    def _inside_open(self, run: Run, place: str, activity: str) -> bool:
        """Whether the activity is part of something still active, which cannot be compensated."""
        end = self.root.top if place == self.own else self.scope(place)
        for scope in self.net.around(activity):
            if scope == end:
                return False
            if scope in run.open:
                return True
        return False

    def _undoes(self, place: str, asking: str) -> bool:
        """Whether at this place something is being undone that was asked for at the other."""
        if place == asking:
            return False
        if activity := undone_at(place):
            return place != self.own and not place.endswith(CANCELS) and self._reaches(asking, activity)
        around = set() if asking == self.own else set(self.net.around(asking))
        return any(
            handler not in around and self._reaches(asking, self.compensated[handler]) for handler in self.inside(place)
        )

    def inside(self, place: str) -> Iterator[str]:
        """The handlers that a token in this place is in, the innermost first."""
        at = self.net.at(place)
        for element in (at, *self.net.around(at)):
            if element in self.compensated:
                yield element

    def scopes_at(self, place: str) -> Iterator[str]:
        """The scopes inside the root that a token in this place keeps open: not those around a handler, which are over.
        """
        if undone_at(place) and not place.endswith(CANCELS):
            return
        at = self.net.at(place)
        if at in self.net.bodies and at not in self.net.children and bare(place) not in self.net.flows:
            yield at
        if at in self.compensated:
            return
        for scope in self.net.around(at):
            if scope == self.root.top:
                return
            yield scope
            if scope in self.compensated:
                return
