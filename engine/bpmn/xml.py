"""XML from strangers: bytes in, a tree out, or a refusal that names the line.

No document type, no entities, no network, no inclusion, bounded size and depth. The encodings are those libxml2 knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Protocol
from xml.parsers import expat

import lxml.etree

from engine.bpmn.problems import problem
from engine.errors import DrawingRefused, Problem

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
XINCLUDE = "http://www.w3.org/2001/XInclude"
LARGEST = 8 * 1024 * 1024  # bytes; the largest public drawing seen is 0.4 MB
DEEPEST = 100  # elements; the reader goes down one call for each sub-process
MOST = 150_000  # elements; 10,000 nodes with their flows and layout have 100,000


class Element(Protocol):
    """What we use of an lxml element, which brings no types of its own."""

    sourceline: int | None

    @property
    def tag(self) -> str: ...
    @property
    def attrib(self) -> Mapping[str, str]: ...
    def get(self, name: str) -> str | None: ...
    def getparent(self) -> Element | None: ...
    def getroottree(self) -> Any: ...
    def iter(self, tag: str | None = None) -> Iterator[Element]: ...
    def iterchildren(self, *tags: str) -> Iterator[Element]: ...
    @property
    def nsmap(self) -> Mapping[str | None, str]: ...
    def itertext(self) -> Iterator[str]: ...
    def __iter__(self) -> Iterator[Element]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, place: int) -> Element: ...


class _Doctype(Exception):
    """Stops the first pass at a document type."""


class _TooMany(Exception):
    """Stops the first pass at one element too many."""


class _Prolog:
    """The target of the first pass: builds nothing, stops before any entity is declared and at too many elements."""

    def __init__(self) -> None:
        self.count = 0

    def start(self, tag: str, attributes: object) -> None:
        self.count += 1
        if self.count > MOST:
            raise _TooMany

    def end(self, tag: str) -> None:
        """Nothing to keep."""

    def data(self, text: str) -> None:
        """Nothing to keep."""

    def doctype(self, *names: str | None) -> None:
        raise _Doctype

    def close(self) -> None:
        """Nothing was built."""


def parse(data: bytes) -> Element:
    """The root element; comments and processing instructions are left out.

    Refuses with DrawingRefused: what is empty, larger than LARGEST, not well-formed, in an unknown encoding, has a
    document type, has more than MOST elements, is nested deeper than DEEPEST or includes other files. Nothing else is
    raised, whatever the bytes.
    """
    if not data.strip(b" \t\r\n\0"):
        raise DrawingRefused([problem("xml.empty", line=1)])
    if len(data) > LARGEST:
        raise DrawingRefused([problem("xml.too_large", line=1, limit=LARGEST)])
    try:
        lxml.etree.fromstring(data, _parser(_Prolog()))
        root: Element = lxml.etree.fromstring(data, _parser())
    except _Doctype:
        raise DrawingRefused([problem("xml.doctype", line=_line_of_doctype(data))]) from None
    except _TooMany:
        raise DrawingRefused([problem("xml.too_many", line=1, limit=MOST)]) from None
    except (lxml.etree.LxmlError, ValueError, LookupError) as error:
        raise DrawingRefused([_malformed(error)]) from None
    _bounded(root)
    _locate(root, data)
    return root


def _parser(target: _Prolog | None = None) -> lxml.etree.XMLParser:
    return lxml.etree.XMLParser(
        target=target, resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        attribute_defaults=False, huge_tree=False, recover=False, remove_comments=True, remove_pis=True,
    )


def _malformed(error: Exception) -> Problem:
    line = max(1, getattr(error, "lineno", None) or 1)
    detail = str(getattr(error, "msg", None) or error).split("\n")[0]
    if "depth" in detail.lower():
        return problem("xml.too_deep", line=line, limit=DEEPEST)
    return problem("xml.malformed", line=line, detail=detail)


def _line_of_doctype(data: bytes) -> int:
    plain = data.replace(b"\0", b"")
    return plain[: max(0, plain.find(b"<!DOCTYPE"))].count(b"\n") + 1


def _bounded(root: Element) -> None:
    depth = 0
    for what, element in lxml.etree.iterwalk(root, events=("start", "end")):
        depth += 1 if what == "start" else -1
        if depth > DEEPEST:
            raise DrawingRefused([problem("xml.too_deep", line=line_of(element), limit=DEEPEST)])
        if what == "start" and namespace(element) == XINCLUDE:
            raise DrawingRefused([problem("xml.include", line=line_of(element))])


def _locate(root: Element, data: bytes) -> None:
    """Each element's line becomes the one where its tag begins; libxml2 says where the tag ends.

    Where Python cannot decode the file or expat does not take it, libxml2's lines stay.
    """
    lines: list[int] = []
    try:
        text = data.decode(root.getroottree().docinfo.encoding or "utf-8")
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = lambda *_: lines.append(parser.CurrentLineNumber)
        parser.Parse(text.removeprefix("\ufeff").encode(), True)
    except (LookupError, ValueError, expat.ExpatError):
        return
    elements = list(root.iter())
    if len(elements) == len(lines):
        for element, line in zip(elements, lines, strict=True):
            element.sourceline = line


def namespace(element: Element) -> str:
    return split(str(element.tag))[0]


def local(element: Element) -> str:
    """The tag without its namespace."""
    return split(str(element.tag))[1]


@lru_cache(maxsize=4096)
def split(name: str) -> tuple[str, str]:
    """Namespace ("" for none) and local name of a tag or attribute in Clark notation."""
    if name.startswith("{"):
        uri, _, rest = name[1:].partition("}")
        return uri, rest
    return "", name


def line_of(element: Element) -> int:
    return int(element.sourceline or 1)


def children(element: Element, *tags: str) -> Iterator[Element]:
    """The children in the BPMN namespace, all or those with one of these local names."""
    return element.iterchildren(*map(_named, tags or ("*",))) if len(element) else iter(())


@lru_cache(maxsize=1024)
def _named(tag: str) -> str:
    return f"{{{MODEL}}}{tag}"


def child(element: Element, *tags: str) -> Element | None:
    return next(children(element, *tags), None)


def text_of(element: Element | None) -> str:
    """The text inside, stripped; "" for none."""
    return "" if element is None else "".join(element.itertext()).strip()


def attribute(element: Element, name: str) -> str | None:
    """The attribute, stripped; None when it is absent or blank."""
    value = element.get(name)
    return value.strip() or None if value else None


def resolve(named: Mapping[str, Element], ref: str) -> Element | None:
    """The element of this id; a prefix of a qualified name is left out when the id as a whole is unknown."""
    return named.get(ref) if ref in named else named.get(ref.rpartition(":")[2])


def is_true(element: Element, name: str, default: bool) -> bool:
    """An xsd:boolean attribute."""
    value = attribute(element, name)
    return default if value is None else value in {"true", "1"}
