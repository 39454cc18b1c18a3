"""Public drawings opened in the page's editor and saved again: `python3 -m benchmarks.roundtrip [--json] [--write]`.

Each file is opened by the vendored bpmn-js modeler in Chromium, as the page that edits a drawing opens it, and written
by saveXML. Both are compared as canonical XML: attributes and children of different names in any order, prefixes,
whitespace between elements, comments, the spelling of numbers, and what the schema says anyway (an attribute with its
default value, an element's own type) free. What bpmn-moddle drops before anything is drawn is told apart from what the
page's own modeler changes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as XML  # the public files only, which stand on this machine

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.corpus import FILE
from engine.bpmn import reader
from engine.errors import DrawingRefused
from tests.engine.corpus_files import CORPUS, drawings

STATIC = Path(__file__).parents[1] / "web" / "static"
SCRIPTS = ("vendor/bpmn-js/bpmn-modeler.min.js", "js/drawings_words.js")
OPENED = """async (text) => {
  const place = document.createElement("div");
  place.style.cssText = "width: 1000px; height: 700px";
  document.body.append(place);
  const modeler = newModeler(place, {});
  try {
    const moddle = modeler.get("moddle");
    const { rootElement } = await moddle.fromXML(text);
    const plain = (await moddle.toXML(rootElement, { format: true })).xml;
    try {
      const { warnings } = await modeler.importXML(text);
      return { plain, saved: (await modeler.saveXML({ format: true })).xml, warnings: warnings.map(String) };
    } catch (error) { return { plain, error: String(error.message) }; }
  } catch (error) { return { error: String(error.message) }; } finally { modeler.destroy(); place.remove(); }
}"""
NO_PICTURE = "no diagram to display"
BEGIN, END = "<!-- round trip -->", "<!-- end of round trip -->"
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_NAMES = {
    "http://www.omg.org/spec/BPMN/20100524/MODEL": "bpmn", "http://www.omg.org/spec/BPMN/20100524/DI": "bpmndi",
    "http://www.omg.org/spec/DD/20100524/DI": "di", "http://www.omg.org/spec/DD/20100524/DC": "dc",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
}
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
LAYOUT_HINT = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
"""Where a validator finds the schema, and nothing a drawing says."""
DEFAULTS = {
    "isForCompensation": "false", "startQuantity": "1", "completionQuantity": "1", "cancelActivity": "true",
    "isInterrupting": "true", "parallelMultiple": "false", "triggeredByEvent": "false", "isCollection": "false",
    "isSequential": "false", "behavior": "All", "typeLanguage": "http://www.w3.org/2001/XMLSchema",
    "expressionLanguage": "http://www.w3.org/1999/XPath", "processType": "None", "isClosed": "false",
    "gatewayDirection": "Unspecified", "instantiate": "false", "eventGatewayType": "Exclusive",
    "textFormat": "text/plain", "testBefore": "false", "ordering": "Parallel", "cancelRemainingInstances": "true",
    "associationDirection": "None", "minimum": "0", "maximum": "1", "itemKind": "Information", "isUnlimited": "false",
    "waitForCompletion": "true", "mustUnderstand": "false", "isStatic": "false",
}
"""What BPMN20.xsd says of an attribute that is not written."""
OWN_TYPES = {"di:waypoint": "Point", "bpmn:childLaneSet": "tLaneSet"}
"""The type that the schema gives an element anyway, where files name it."""


@dataclass(frozen=True, slots=True)
class Tripped:
    """One file: what the saved text lacks or says otherwise, by name; `by_moddle` already without a page. `error`: it
    does not open."""

    file: str
    readable: bool
    by_moddle: tuple[str, ...] = ()
    by_page: tuple[str, ...] = ()
    error: str = ""


def main() -> int:
    """Prints what was lost; with --write also its lines in docs/bpmn-corpus.md. Exit code 2 without any files."""
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.roundtrip", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--write", action="store_true", help="write the lines into docs/bpmn-corpus.md")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    wish = parser.parse_args()
    if not CORPUS.is_dir():
        print(f"no public drawings at {CORPUS}", file=sys.stderr)
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=wish.chromium, args=["--no-sandbox", "--disable-gpu"])
        found = list(trips(browser, drawings()))
        browser.close()
    lines = report(found)
    if wish.json:
        print(json.dumps([{name: getattr(one, name) for name in one.__slots__} for one in found], indent=1))
    else:
        print("\n".join(lines))
    if wish.write:
        text = FILE.read_text("utf-8")
        kept = text.partition(f"\n{BEGIN}\n")[0].rstrip()
        FILE.write_text("\n".join([kept, "", BEGIN, *lines, END, ""]), "utf-8")
    return 0


def trips(browser: Browser, files: Sequence[Path]) -> Iterator[Tripped]:
    """Each file, opened and saved in a page of its own that carries the page's scripts."""
    page = bench(browser)
    for file in files:
        yield trip(page, file)


def bench(browser: Browser) -> Page:
    """A blank page with the scripts of the page that edits drawings."""
    page = browser.new_page()
    page.set_content("<!doctype html><html lang=id><body></body></html>")
    for script in SCRIPTS:
        page.add_script_tag(path=str(STATIC / script))
    return page


def trip(page: Page, file: Path) -> Tripped:
    """What opening and saving this file loses."""
    name, data = file.relative_to(CORPUS).as_posix(), file.read_bytes()
    try:
        reader.read(data)
        readable = True
    except DrawingRefused:
        readable = False
    try:
        before = XML.fromstring(data)
    except (XML.ParseError, ValueError) as error:
        return Tripped(name, readable, error=f"not XML: {error}")
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    answer = page.evaluate(OPENED, re.sub(r"^<\?xml[^>]*\?>", "", text))
    plain = lost(before, answer["plain"]) if "plain" in answer else ()
    if "saved" not in answer:
        return Tripped(name, readable, plain, error=answer["error"])
    saved = lost(before, answer["saved"])
    return Tripped(name, readable, plain, tuple(one for one in saved if one not in plain))


def lost(before: XML.Element, saved: str) -> tuple[str, ...]:
    """What the saved text does not have, or has otherwise, each once, by name."""
    return tuple(sorted(set(_differences(_canonical(before), _canonical(XML.fromstring(saved))))))


Canonical = tuple[str, Mapping[str, str], str, Mapping[str, list[Any]]]


def _canonical(element: XML.Element) -> Canonical:
    tag = _said(element.tag)
    attributes = {
        _said(name): _value(value.rpartition(":")[2] if name == XSI_TYPE else value)
        for name, value in element.attrib.items() if name != LAYOUT_HINT and DEFAULTS.get(name) != value
    }
    if tag == "bpmn:formalExpression":  # it stands for an expression of this type
        tag, attributes = "bpmn:expression", {**attributes, "xsi:type": "tFormalExpression"}
    if attributes.get("xsi:type") == OWN_TYPES.get(tag, ""):
        del attributes["xsi:type"]
    children: dict[str, list[Any]] = {}
    for child in element:
        if isinstance(child.tag, str):
            made = _canonical(child)
            children.setdefault(made[0], []).append(made)
    if tag == "bpmn:definitions":
        children = _in_one_plane(children)
    return tag, attributes, " ".join((element.text or "").split()), children


def _in_one_plane(children: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What all diagrams show, whichever of them shows it: bpmn-js gives a closed sub-process a diagram of its own."""
    shown: dict[str, list[Any]] = {}
    for diagram in children.get("bpmndi:BPMNDiagram", []):
        for plane in diagram[3].get("bpmndi:BPMNPlane", []):
            for name, some in plane[3].items():
                shown.setdefault(name, []).extend(some)
            plane[3].clear()
    return {**children, **shown}


def _said(tag: str) -> str:
    space, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    return f"{_NAMES.get(space, 'extension' if space else '')}:{name}".lstrip(":")


def _value(value: str) -> str:
    value = " ".join(value.split())
    return f"{float(value):g}" if _NUMBER.fullmatch(value) else value


def _differences(before: Canonical, after: Canonical) -> Iterator[str]:
    tag, attributes, text, children = before
    for name, value in attributes.items():
        if after[1].get(name) != value:
            yield f"{tag}/@{name} {'changed' if name in after[1] else 'lost'}"
    for name in after[1].keys() - attributes.keys():
        yield f"{tag}/@{name} added"
    if text != after[2]:
        yield f"{tag} text {'changed' if after[2] else 'lost'}"
    for name, some in children.items():
        known, others = _by_name(some), _by_name(after[3].get(name, []))
        if known.keys() - others.keys():
            yield f"{tag}/{name} lost"
        if others.keys() - known.keys():
            yield f"{tag}/{name} added"
        for one in known.keys() & others.keys():
            yield from _differences(known[one], others[one])
    for name in after[3].keys() - children.keys():
        yield f"{tag}/{name} added"


def _is_loss(name: str) -> bool:
    """Whether something is gone or says something else; what is added takes nothing away."""
    return not name.endswith(" added")


def _by_name(some: Sequence[Canonical]) -> dict[str, Canonical]:
    """The elements of one name by their id, or by their place among those that have none."""
    return {one[1].get("id", str(place)): one for place, one in enumerate(some)}


def report(found: Sequence[Tripped]) -> list[str]:
    """The lines of the report."""
    opened = [one for one in found if not one.error]
    same = sum(not any(map(_is_loss, (*one.by_moddle, *one.by_page))) for one in opened)
    bare = [one for one in found if one.error == NO_PICTURE]
    whole = sum(not any(map(_is_loss, one.by_moddle)) for one in bare)
    by_moddle = Counter(name for one in opened for name in one.by_moddle)
    by_page = Counter(name for one in opened for name in one.by_page)
    lines = [
        "## Round trip through the editor", "",
        f"Of {len(found)} files, {len(opened)} open in the page's editor (bpmn-js in Chromium) and {same} of them are "
        "saved with nothing lost: canonical XML compared, diagram interchange included "
        f"(`python3 -m benchmarks.roundtrip --write`). {len(bare)} hold no picture: the page keeps their text as it is "
        f"and offers it to be edited as text; bpmn-moddle alone would keep {whole} of them whole.", "",
    ]
    for title, counted in (("bpmn-moddle itself", by_moddle), ("the page's modeler beyond that", by_page)):
        lines += [f"Changed by {title}:" if counted else f"Changed by {title}: nothing.", ""]
        lines += [f"- {name}: {number} files" for name, number in counted.most_common()] + ([""] if counted else [])
    refused = [one for one in found if one.error and one.error != NO_PICTURE]
    lines += ["Not opened:", ""] if refused else []
    lines += [f"- {one.file}: {one.error.splitlines()[0][:160]}" for one in refused]
    return lines


if __name__ == "__main__":
    sys.exit(main())
