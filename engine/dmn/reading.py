"""What all readers of decision models share: the file being read, names, types and texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.bpmn.xml import Element, attribute, line_of, local, namespace, text_of
from engine.dmn.model import Literal, Variable
from engine.dmn.problems import problem
from engine.errors import Problem


@dataclass(slots=True)
class Reading:
    """What is known while one file is read, and what was found wrong. `prefixes`: import names by their namespace."""

    namespace: str
    language: str | None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    within: str = ""
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, code: str, element: Element, **words: str | int) -> None:
        """One more thing wrong: at this element, or the nearest around it that has an id."""
        name = attribute(element, "id") or self.within
        self.problems.append(problem(code, name, line_of(element), severity="error", **words))


def children(element: Element, *tags: str) -> Iterator[Element]:
    """The children in the element's own namespace, all or those with one of these local names."""
    home = namespace(element)
    for found in element:
        if namespace(found) == home and (not tags or local(found) in tags):
            yield found


def child(element: Element, *tags: str) -> Element | None:
    return next(children(element, *tags), None)


def type_of(element: Element, reading: Reading, text: str | None = None) -> str | None:
    """The typeRef, with the prefix of DMN 1.1's qualified names read as what it stands for."""
    name = attribute(element, "typeRef") if text is None else text.strip() or None
    if name is None or ":" not in name or name.startswith("{"):
        return name
    prefix, _, rest = name.partition(":")
    spaces: Mapping[str | None, str] = getattr(element, "nsmap", {})
    importing = reading.prefixes.get(spaces.get(prefix.strip(), ""))
    return f"{importing}.{rest.strip()}" if importing else rest.strip()


def name_of(element: Element) -> str:
    """The name, each run of white space one space; "" where there is none."""
    return " ".join((attribute(element, "name") or "").split())


def variable_of(element: Element, reading: Reading) -> Variable:
    return Variable(name_of(element), type_of(element, reading), line_of(element))


def literal_of(element: Element, reading: Reading) -> Literal:
    """A literal expression or unary tests; refused in a language that is neither FEEL nor JUEL."""
    if child(element, "importedValues") is not None:
        reading.refuse("boxed.imported_values", element)
    text = child(element, "text")
    return Literal(attribute(element, "id") or reading.within, line_of(element if text is None else text),
                   type_of(element, reading), text_of(text), _language(element, reading))


def _language(element: Element, reading: Reading) -> str:
    named = attribute(element, "expressionLanguage") or reading.language or "feel"
    if "feel" in named.lower() or named.lower().startswith(("http://www.omg.org/spec/dmn", "https://www.omg.org/spec")):
        return "feel"
    if named.lower() == "juel":
        return "juel"
    reading.refuse("language.unknown", element, language=named)
    return "feel"
