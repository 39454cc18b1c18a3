"""docs/bpmn.md: each element, attribute, event and extension with what becomes of it, as the small drawings show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.standard import events, status, words
from engine.standard.extension_drawings import EXAMPLES, VENDORS
from engine.standard.status import DRAWN, KEPT, REFUSED, RUNS, Known, Shown

TESTS = "tests/engine/test_standard.py"
NAMES = {RUNS: "it_runs", KEPT: "it_is_kept", REFUSED: "it_is_refused"}
HEAD = f"""# BPMN 2.0.2: what runs, what is kept, what is refused

Written by `python3 manage.py bpmn-table`; `python3 manage.py check` says when it is stale. Nothing in the columns
“becomes” is written by hand: the standard's elements and attributes stand in `engine/standard/bpmn.csv` (BPMN 2.0.2,
OMG formal/2013-12-09, clauses 8 to 11, with the attributes of the types they extend), and for each there is a small
drawing in `engine/standard/` that is read, compiled, walked, and read again without it.

- **runs**: the drawing is walked to an end, and without the element or attribute it means something else.
- **kept**: nothing in a run depends on it; it survives the round trip, and may be shown to people.
- **refused**: `check` names the element, the line and the mend, under the code in the last column.

The last column names the test, in `{TESTS}`: `runs[x]` is `test_it_runs[x]`, `kept[x]` is `test_it_is_kept[x]`,
`refused[x]` is `test_it_is_refused[x]`; of attributes `test_an_attribute_…`, of events `test_an_event_…`, of extensions
`test_an_extension_…`. What happens in a durable run, on both databases, is shown by the tests named under
“More than the walk”. A drawing keeps its file byte by byte, the layout (BPMN DI) too:
`tests/engine/bpmn/test_bpmn_corpus.py::test_what_is_written_is_what_was_read_layout_and_extensions_included`
compares the canonical XML of what is written with what was read, for every public drawing that is read
(`docs/bpmn-corpus.md`).
"""
MORE = {
    "parallel, inclusive and other gateways": "tests/engine/test_soundness_oracle.py",
    "joins by reachability against plain token play": "tests/engine/test_token_game.py",
    "multi-instance, loops, calls, branches": "tests/engine/test_children.py",
    "a family of instances against its tree": "tests/engine/test_family_game.py",
    "errors and escalations": "tests/engine/test_errors.py", "messages and signals": "tests/engine/test_messages.py",
    "timers and handlers": "tests/engine/test_fire.py",
    "data, conditions, decisions, ad hoc": "tests/engine/test_mappings.py",
    "due and follow-up dates, priorities": "tests/engine/test_urgency.py",
    "the variables of caught errors, and who began": "tests/engine/test_caught_variables.py",
    "compensation: in which order, by whom": "tests/engine/test_compensation.py",
    "compensation of rounds and branches, once for each": "tests/engine/test_compensation_rounds.py",
    "what is handed in inside a called process": "tests/engine/test_called_evidence.py",
    "`now()` and `today()`": "tests/engine/test_clock.py", "what the standard forbids": "tests/engine/test_misdrawn.py",
    "what vendors ask for in vain": "tests/engine/bpmn/test_bpmn_vendors.py",
    "what vendors say": "tests/engine/bpmn/test_bpmn_semantics.py",
    "files as people write them": "tests/engine/bpmn/test_bpmn_typical.py",
}


def table() -> str:
    """The whole document."""
    parts = [HEAD, "".join(_counts()), "## Events\n\n", "".join(_events()), "\n## Elements\n\n", "".join(_elements()),
             "\n## Attributes\n\n", "".join(_attributes()), "\n## Extensions\n\n", "".join(_extensions()),
             "\n## More than the walk\n\n", *(f"- {what}: `{file}`\n" for what, file in MORE.items())]
    return "".join(parts)


def attributes() -> Iterator[tuple[Known, str]]:
    """Every element with each of its attributes; an element that is refused takes its attributes along."""
    for known in status.standard():
        if status.element(known.element).status != REFUSED:
            yield from ((known, declared) for declared in known.attributes)


def cells() -> Iterator[tuple[str, str]]:
    """Every event with each place where the standard knows it."""
    for definition, places in events.STANDARD.items():
        yield from ((definition, place) for place in places)


def _counts() -> Iterator[str]:
    yield "\n| | runs | kept | refused |\n|---|--:|--:|--:|\n"
    for title, found in (
        ("elements", [status.element(known.element) for known in status.standard()]),
        ("attributes of elements", [status.attribute(known.element, declared) for known, declared in attributes()]),
        ("events by place", [events.shown(*cell) for cell in cells()]),
        ("extensions", [status.extension(family, name) for family, drawn in EXAMPLES.items() for name in drawn]),
    ):
        counted = Counter(one.status for one in found)
        yield f"| {title} | {counted[RUNS]} | {counted[KEPT]} | {counted[REFUSED]} |\n"
    yield "\n"


def _events() -> Iterator[str]:
    yield "– where the standard knows no such event.\n\n"
    yield f"| | {' | '.join(events.PLACES.values())} |\n|---|{'---|' * len(events.PLACES)}\n"
    for definition, places in events.STANDARD.items():
        row = [_cell(events.shown(definition, place)) if place in places else "–" for place in events.PLACES]
        yield f"| {definition} | {' | '.join(row)} |\n"


def _cell(shown: Shown) -> str:
    return shown.status if shown.problem is None else f"refused (`{shown.problem.code}`)"


def _elements() -> Iterator[str]:
    yield "| clause | element | becomes | meaning, or mend | shown by |\n|---|---|---|---|---|\n"
    for known in status.standard():
        shown = status.element(known.element)
        yield (f"| {known.clause} | {known.element} | **{shown.status}** | {_meaning(known.element, shown)} "
               f"| {_by(shown, known.element)} |\n")


def _meaning(element: str, shown: Shown) -> str:
    if shown.problem is not None:
        return shown.problem.message_en
    return DRAWN[element].words if shown.status == RUNS else words.KEPT.get(element, "")


def _by(shown: Shown, name: str) -> str:
    code = f" `{shown.problem.code}`" if shown.problem is not None else ""
    return f"`{shown.status}[{name}]`{code}"


def _attributes() -> Iterator[str]:
    yield "Attributes of one type that fare alike are one line; those of refused elements are refused with them.\n\n"
    yield "| attribute | of | becomes | meaning, or mend | shown by |\n|---|---|---|---|---|\n"
    folded: dict[tuple[str, str, str], list[str]] = {}
    for known, declared in attributes():
        shown = status.attribute(known.element, declared)
        mend = "" if shown.problem is None else shown.problem.message_en.replace(known.tag, "…")
        folded.setdefault((declared, shown.status, mend), []).append(known.element)
    for (declared, what, mend), elements in sorted(folded.items()):
        said = mend or (words.ATTRIBUTES if what == RUNS else words.KEPT).get(declared, "")
        yield (f"| {declared.rpartition('.')[2]} | {', '.join(elements)} | **{what}** | {said} "
               f"| {_first(declared, elements, what)} |\n")


def _first(declared: str, elements: list[str], what: str) -> str:
    """The test of the first, and the code where it is refused."""
    shown = status.attribute(elements[0], declared)
    code = "" if shown.problem is None else f" `{shown.problem.code}`"
    return f"`{what}[{elements[0]}@{declared.rpartition('.')[2]}]`{code}{', …' if len(elements) > 1 else ''}"


def _extensions() -> Iterator[str]:
    yield "Unknown extensions are kept, with a warning. “@” marks attributes.\n\n"
    yield "| vendor | extension | becomes | to be known |\n|---|---|---|---|\n"
    for family, drawn in EXAMPLES.items():
        for name in sorted(drawn, key=lambda one: (one.startswith("@"), one)):
            shown = status.extension(family, name)
            said = words.NOTES.get(name, "") if shown.status == KEPT else ""
            code = "" if shown.problem is None else f"`{shown.problem.code}`: {shown.problem.message_en}"
            yield f"| {VENDORS[family]} | {name} | **{shown.status}** | {code or said} |\n"
