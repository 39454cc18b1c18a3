"""Decision models written in a few words, for the tests."""

from __future__ import annotations

from html import escape
from typing import Any

from engine import dmn

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(*parts: str, namespace: str = "n", space: str = MODEL, root: str = "") -> bytes:
    """A file of these parts, each on lines of its own."""
    head = f'<definitions xmlns="{space}" name="m" id="m" namespace="{namespace}" {root}>'
    return "\n".join([head, *parts, "</definitions>"]).encode()


def typed(type_: str) -> str:
    return f' typeRef="{escape(type_)}"' if type_ else ""


def literal(text: str, type_: str = "", language: str = "") -> str:
    spoken = f' expressionLanguage="{language}"' if language else ""
    return f"<literalExpression{typed(type_)}{spoken}><text>{escape(text)}</text></literalExpression>"


def boxed(part: str) -> str:
    """A box as it is; a text that is none as a literal expression."""
    return part if part.startswith("<") and part.endswith(">") else literal(part)


def decision(name: str, logic: str, *, needs: str = "", knows: str = "", inputs: str = "", type_: str = "") -> str:
    """A decision; `needs`, `knows` and `inputs` are ids with blanks between. Its id is its name."""
    required = "".join(
        f'<informationRequirement><required{kind} href="{_href(one)}"/></informationRequirement>'
        for kind, ids in (("Decision", needs), ("Input", inputs)) for one in ids.split()
    ) + knowledge(knows)
    return element("decision", name, type_, required + (boxed(logic) if logic else ""))


def element(tag: str, name: str, type_: str, inner: str = "") -> str:
    """Any element of the diagram, with its variable."""
    called = f'name="{escape(name)}"'
    return f'<{tag} {called} id="{identifier(name)}"><variable {called}{typed(type_)}/>{inner}</{tag}>'


def knowledge(ids: str) -> str:
    return "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{_href(one)}"/></knowledgeRequirement>' for one in ids.split())


def _href(name: str) -> str:
    return name if "#" in name else f"#{name}"


def identifier(name: str) -> str:
    return name.replace(" ", "_").replace("-", "_")


def data(name: str, type_: str = "") -> str:
    return element("inputData", name, type_)


def function(parameters: str, logic: str, tag: str = "functionDefinition", attributes: str = "") -> str:
    """`parameters` are names with blanks between, each with `:type` where it has one."""
    formal = "".join(
        f'<formalParameter name="{name}"{typed(type_)}/>'
        for name, _, type_ in (one.partition(":") for one in parameters.split()))
    return f"<{tag} {attributes}>{formal}{boxed(logic)}</{tag}>"


def bkm(name: str, parameters: str, logic: str, *, knows: str = "", type_: str = "") -> str:
    logic = function(parameters, logic, "encapsulatedLogic")
    return element("businessKnowledgeModel", name, type_, logic + knowledge(knows))


def service(
    name: str, outputs: str, *, inside: str = "", decisions: str = "", inputs: str = "", type_: str = ""
) -> str:
    """A decision service of these ids."""
    hrefs = "".join(
        f'<{tag} href="{_href(one)}"/>'
        for tag, ids in (("outputDecision", outputs), ("encapsulatedDecision", inside), ("inputDecision", decisions),
                         ("inputData", inputs)) for one in ids.split())
    return element("decisionService", name, type_, hrefs)


def table(
    hit: str, inputs: list[str], outputs: list[str], rules: list[tuple[str, ...]], *,
    values: dict[str, str] | None = None, allowed: dict[str, str] | None = None,
    defaults: dict[str, str] | None = None, aggregation: str = "",
) -> str:
    """A table whose rules hold the cells of the inputs, then of the outputs. `values` and `defaults` are by output,
    `allowed` by input.
    """
    columns = "".join(
        f"<input><inputExpression><text>{escape(one)}</text></inputExpression>"
        f"{_part('inputValues', (allowed or {}).get(one))}</input>" for one in inputs)
    columns += "".join(
        f'<output name="{escape(one)}">{_part("outputValues", (values or {}).get(one))}'
        f"{_part('defaultOutputEntry', (defaults or {}).get(one))}</output>" for one in outputs)
    rows = "\n".join(_rule(rule, len(inputs)) for rule in rules)
    by = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable hitPolicy="{hit}"{by}>{columns}\n{rows}</decisionTable>'


def _part(tag: str, text: str | None) -> str:
    return "" if text is None else f"<{tag}><text>{escape(text)}</text></{tag}>"


def _rule(cells: tuple[str, ...], inputs: int) -> str:
    return "<rule>" + "".join(
        _part("inputEntry" if place < inputs else "outputEntry", cell) for place, cell in enumerate(cells)) + "</rule>"


def item(name: str, type_: str = "", *, collection: bool = False, components: str = "", allowed: str = "",
         constraint: str = "", tag: str = "itemDefinition") -> str:
    inner = (f"<typeRef>{type_}</typeRef>" if type_ else "") + (_part("allowedValues", allowed) if allowed else "")
    inner += (_part("typeConstraint", constraint) if constraint else "") + components
    return f'<{tag} name="{name}" isCollection="{str(collection).lower()}">{inner}</{tag}>'


def component(name: str, type_: str = "", **more: Any) -> str:
    return item(name, type_, tag="itemComponent", **more)


def ask(logic: str, **inputs: object) -> dmn.Outcome:
    """What a decision of one box gives; it sees the inputs, whose names have their blanks as underscores."""
    parts = [data(name) for name in inputs]
    drawn = model(*parts, decision("d", logic, inputs=" ".join(inputs)))
    return dmn.read(drawn).evaluate("d", inputs)


def codes(outcome: dmn.Outcome) -> set[str]:
    return {reason.code for reason in outcome.reasons}
