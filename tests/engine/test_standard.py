"""docs/bpmn.md claims for each element, attribute, event and extension what becomes of it: each claim is tried."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import lxml.etree
import pytest
import SpiffWorkflow

from engine.bpmn import extensions, vendor_words
from engine.bpmn.reader import read
from engine.bpmn.writer import write
from engine.bpmn.xml import MODEL
from engine.checking import check
from engine.errors import DrawingRefused
from engine.standard import events, status, table, words
from engine.standard.extension_drawings import EXAMPLES, NAMESPACES, VENDORS
from engine.standard.status import DRAWN, drawing_of, walked

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "bpmn.md").read_text("utf-8")


def rows(title: str) -> list[list[str]]:
    """The rows of the table under this heading, as their cells."""
    part = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def claims(title: str, place: int) -> list[tuple[str, str, str]]:
    """(name, status, code) of each row; the name of an attribute is "element@attribute"."""
    found = []
    for row in rows(title):
        code = re.search(r"\]` `([^`]+)`", row[4])
        for element in row[1].split(", "):
            name = element if place == 1 else f"{element}@{row[0]}"
            found.append((name, row[2].strip("*"), code[1] if code else ""))
    return found


ELEMENTS, ATTRIBUTES = claims("Elements", 1), claims("Attributes", 0)
CELLS = [(row[0], place, cell) for row in rows("Events")
         for place, cell in zip(events.PLACES, row[1:], strict=True) if cell != "–"]
FAMILY = {title: family for family, title in VENDORS.items()}
EXTENSIONS = [(f"{FAMILY[row[0]]}:{row[1]}", row[2].strip("*"), row[3]) for row in rows("Extensions")]


def said(what: str, found: list[tuple[str, str, str]]) -> list[object]:
    return [pytest.param(name, code, id=name) for name, claimed, code in found if claimed == what]


def declared(name: str) -> tuple[str, str]:
    """(element, type that declares it.attribute) of "element@attribute"."""
    element, _, attribute = name.partition("@")
    known = next(one for one in status.standard() if one.element == element)
    return element, next(one for one in known.attributes if one.endswith(f".{attribute}"))


def it_runs(xml: bytes) -> None:
    assert walked(read(xml)) == "end"
    assert [one for one in check(xml).problems if one.severity == "error"] == []


def it_is_refused(xml: bytes, code: str) -> None:
    found = [one for one in check(xml).problems if one.severity in ("error", "unsound")]
    assert code in {one.code for one in found}
    assert all(one.line == 1 and one.element and one.message and one.message_en for one in found)


def it_survives(xml: bytes, tag: str, attribute: str = "", uri: str = MODEL) -> None:
    it_runs(xml)
    written = write(read(xml))
    root = lxml.etree.fromstring(written)
    assert lxml.etree.canonicalize(root) == lxml.etree.canonicalize(lxml.etree.fromstring(xml))
    found = list(root.iter(f"{{{uri}}}{tag}" if tag else None))
    assert found
    assert not attribute or any(one.get(attribute) is not None for one in found)


@pytest.mark.parametrize(("name", "code"), said("runs", ELEMENTS))
def test_it_runs(name: str, code: str) -> None:
    it_runs(DRAWN[name].xml())
    assert DRAWN[name].words
    assert status.element(name).status == "runs"


@pytest.mark.parametrize(("name", "code"), said("kept", ELEMENTS))
def test_it_is_kept(name: str, code: str) -> None:
    it_survives(DRAWN[name].xml(), name.rpartition("/")[2])


@pytest.mark.parametrize(("name", "code"), said("refused", ELEMENTS))
def test_it_is_refused(name: str, code: str) -> None:
    it_is_refused(DRAWN[name].xml(), code)


@pytest.mark.parametrize(("name", "code"), said("runs", ATTRIBUTES))
def test_an_attribute_runs(name: str, code: str) -> None:
    element, attribute = declared(name)
    it_runs(drawing_of(element, attribute))
    assert attribute in words.ATTRIBUTES
    assert status.attribute(element, attribute).status == "runs"


@pytest.mark.parametrize(("name", "code"), said("kept", ATTRIBUTES))
def test_an_attribute_is_kept(name: str, code: str) -> None:
    element, attribute = declared(name)
    it_survives(drawing_of(element, attribute), element.rpartition("/")[2], attribute.rpartition(".")[2])


@pytest.mark.parametrize(("name", "code"), said("refused", ATTRIBUTES))
def test_an_attribute_is_refused(name: str, code: str) -> None:
    shown = status.attribute(*declared(name))
    assert shown.problem is not None
    assert shown.problem.code == code or name.partition("@")[0] in shown.problem.code
    it_is_refused(drawing_of(*declared(name)), shown.problem.code)


@pytest.mark.parametrize(("definition", "place"), [one[:2] for one in CELLS if one[2] == "runs"])
def test_an_event_runs(definition: str, place: str) -> None:
    xml = events.drawing(definition, place).xml()
    it_runs(xml)
    assert check(xml).ok


def test_no_event_of_the_standard_is_refused() -> None:
    assert [one for one in CELLS if one[2] != "runs"] == []


@pytest.mark.parametrize(("name", "code"), said("runs", EXTENSIONS))
def test_an_extension_runs(name: str, code: str) -> None:
    family, _, extension = name.partition(":")
    it_runs(EXAMPLES[family][extension].xml())
    assert status.extension(family, extension).status == "runs"


@pytest.mark.parametrize(("name", "code"), said("kept", EXTENSIONS))
def test_an_extension_is_kept(name: str, code: str) -> None:
    family, _, extension = name.partition(":")
    uri, xml = NAMESPACES[family], EXAMPLES[family][extension].xml()
    if extension.startswith("@"):
        it_survives(xml, "", "")
        assert f"v:{extension[1:]}=".encode() in write(read(xml))
    else:
        it_survives(xml, extension, uri=uri)


@pytest.mark.parametrize(("name", "code"), said("refused", EXTENSIONS))
def test_an_extension_is_refused(name: str, code: str) -> None:
    family, _, extension = name.partition(":")
    it_is_refused(EXAMPLES[family][extension].xml(), code.partition("`")[2].partition("`")[0])


@pytest.mark.parametrize("uri", extensions.CAMUNDA)
def test_namespaces_of_one_family_are_read_alike(uri: str) -> None:
    for name, small in EXAMPLES["camunda"].items():
        here = small.xml().replace(NAMESPACES["camunda"].encode(), uri.encode())
        try:
            ours = read(small.xml()).processes
        except DrawingRefused:
            continue
        assert name == "@sameDeployment" or read(here).processes == ours, name


def test_the_document_is_current_and_complete() -> None:
    assert table.table() == TEXT, "python3 manage.py bpmn-table"


def test_every_element_and_attribute_of_the_standard_has_a_line() -> None:
    assert {name for name, _, _ in ELEMENTS} == {known.element for known in status.standard()} == set(DRAWN)
    wanted = {f"{known.element}@{one.rpartition('.')[2]}" for known, one in table.attributes()}
    assert {name for name, _, _ in ATTRIBUTES} == wanted
    assert len(CELLS) == sum(map(len, events.STANDARD.values()))


def test_every_extension_the_reader_knows_has_a_line() -> None:
    for family in vendor_words.READ:
        known = {*vendor_words.READ[family].split(), *vendor_words.KEPT[family].split()}
        assert known <= set(EXAMPLES[family])
    shown = {name for one in EXAMPLES.values() for name in one}
    assert set(vendor_words.UNHEEDED) - shown == {"@candidateStarterGroups", "@candidateStarterUsers", "@adHoc"}
    asked = {name for file in (ROOT / "engine" / "bpmn").glob("*.py")
             for name in re.findall(r'vendor\(\w+, "(\w+)"\)', file.read_text("utf-8"))}
    assert asked
    assert asked <= {name.removeprefix("@") for name in EXAMPLES["camunda"]}


def test_the_standards_list_is_that_of_a_published_schema() -> None:
    """The schema that SpiffWorkflow ships says the same elements."""
    schema = Path(SpiffWorkflow.__path__[0]) / "bpmn" / "parser" / "schema" / "Semantic.xsd"
    root = lxml.etree.parse(str(schema)).getroot()
    xsd = "{http://www.w3.org/2001/XMLSchema}"
    named = {one.get("name") for one in root.iter(f"{xsd}element") if one.get("name")}
    types = {one.get("name") for one in root.iter(f"{xsd}complexType") if one.get("abstract") == "true"}
    abstract = {one.get("name") for one in root.findall(f"{xsd}element")
                if one.get("abstract") == "true" or one.get("type") in types}
    with (ROOT / "engine" / "standard" / "bpmn.csv").open(newline="") as file:
        ours = {row["element"].rpartition("/")[2] for row in csv.DictReader(file)}
    assert named - abstract - {"callableElement", "dataAssociation"} <= ours
    attributes = {one.get("name") for one in root.iter(f"{xsd}attribute") if one.get("name")}
    assert attributes <= {one.rpartition(".")[2] for known in status.standard() for one in known.attributes}


def test_the_tests_named_beside_the_walk_are_there() -> None:
    assert all((ROOT / file).is_file() for file in table.MORE.values())
    named = set(re.findall(r"`(?:runs|kept|refused)\[([^\]]+)\]`", TEXT.partition("## Elements")[2]))
    assert named <= {name for name, _, _ in (*ELEMENTS, *ATTRIBUTES)}
