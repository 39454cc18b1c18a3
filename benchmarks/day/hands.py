"""What a person does on a page, and the two who can do it: a browser with a finger, and one that only speaks HTTP.

Both count the same way: a tap for each button, link, box, choice and file, a field for each that is typed into.
"""

from __future__ import annotations

import mimetypes
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import requests
from lxml import html

SECONDS = 180
SPACE = re.compile(r"\s+")


class Refused(RuntimeError):
    """The page said no, or is not the page that was meant."""


class Hand(Protocol):
    """One person at one screen. `taps` and `typed` are counted since the beginning."""

    taps: int
    typed: int

    @property
    def path(self) -> str: ...
    def open(self, path: str) -> None: ...
    def follow(self, label: str) -> None: ...
    def press(self, label: str = "", *, name: str = "", value: str = "") -> None: ...
    def fill(self, name: str, value: str) -> None: ...
    def choose(self, name: str, value: str) -> None: ...
    def attach(self, name: str, files: Sequence[Path]) -> None: ...
    def has(self, name: str) -> bool: ...
    def text(self) -> str: ...
    def source(self) -> str: ...
    def wait_for(self, words: str) -> None: ...
    def arrive(self, path: str) -> None: ...
    def download(self, label: str) -> bytes: ...


def plain(text: str) -> str:
    """The words as they are read: every space one space."""
    return SPACE.sub(" ", text).strip()


class Wire:
    """A browser without a script: it reads the page, fills in its forms and sends them as they stand there."""

    def __init__(self, base: str, who: str) -> None:
        self.base, self.who, self.taps, self.typed, self.requests = base, who, 0, 0, 0
        self._line = requests.Session()
        self._line.headers["Accept"] = "text/html"
        self._address = base
        self._page: html.HtmlElement = html.fromstring("<html></html>")
        self._files: dict[str, list[Path]] = {}

    @property
    def path(self) -> str:
        return self._address.removeprefix(self.base)

    def open(self, path: str) -> None:
        self.taps += 1
        self._ask("GET", path)

    def get(self, path: str) -> bytes:
        """What stands there, as it comes: a file, an answer in JSON."""
        return self._send("GET", path).content

    def follow(self, label: str) -> None:
        for link in self._page.iter("a"):
            if link.get("href") and plain(link.text_content()).startswith(label):
                self.taps += 1
                return self._ask("GET", link.get("href"))
        raise Refused(f"{self.who}: {self.path} has no link “{label}”")

    def press(self, label: str = "", *, name: str = "", value: str = "") -> None:
        self.taps += 1
        button = self._button(label, name, value)
        response = self._submit(button)
        self._show(response)

    def fill(self, name: str, value: str) -> None:
        self.typed += 1
        for part in self._parts(name):
            if part.tag == "textarea":
                part.text = value
            else:
                part.set("value", value)
            return self._switch_on(part)
        raise Refused(f"{self.who}: {self.path} has no field {name}")

    def choose(self, name: str, value: str) -> None:
        self.taps += 1
        for part in self._parts(name):
            options = [one for one in part.iter("option") if one.get("value") == value]
            if options:
                for one in part.iter("option"):
                    one.attrib.pop("selected", None)
                options[0].set("selected", "selected")
                return self._switch_on(part)
            if part.get("type") in ("radio", "checkbox") and part.get("value") == value:
                if part.get("type") == "radio":
                    for other in self._parts(name):
                        other.attrib.pop("checked", None)
                part.set("checked", "checked")
                return self._switch_on(part)
        raise Refused(f"{self.who}: {self.path} has no choice {name}={value}")

    def attach(self, name: str, files: Sequence[Path]) -> None:
        if not any(part.get("type") == "file" for part in self._parts(name)):
            raise Refused(f"{self.who}: {self.path} has no place for files {name}")
        self.taps += len(files)
        self._files[name] = list(files)

    def has(self, name: str) -> bool:
        return bool(self._parts(name))

    def text(self) -> str:
        return plain(self._page.text_content())

    def source(self) -> str:
        return html.tostring(self._page, encoding="unicode")

    def wait_for(self, words: str) -> None:
        """The page says so, looked at again and again as its bar does."""
        end = time.monotonic() + SECONDS
        while words not in self.text():
            if time.monotonic() > end:
                raise Refused(f"{self.who}: {self.path} never said “{words}”: {self.text()[-600:]}")
            time.sleep(0.5)
            self._ask("GET", self.path)

    def arrive(self, path: str) -> None:
        """The page that stands is the one at this path; Refused, with what the page says, when it is not."""
        if self.path != path:
            raise Refused(f"{self.who}: {self.path} instead of {path}: {self.text()[:2000]}")

    def download(self, label: str) -> bytes:
        """The file behind a button or a link."""
        self.taps += 1
        for link in self._page.iter("a"):
            if link.get("href") and plain(link.text_content()).startswith(label):
                return self._send("GET", link.get("href")).content
        return self._submit(self._button(label, "", "")).content

    def cookies(self) -> dict[str, str]:
        """What lets this browser in, for another one of the same person."""
        return dict(self._line.cookies.get_dict())

    def take_cookies(self, cookies: Mapping[str, str]) -> None:
        """This browser is let in as the other one was."""
        self._line.cookies.update(cookies)

    def _parts(self, name: str) -> list[html.HtmlElement]:
        """The fields of this name: those of the page, and only where it has none those of its frame (the search)."""
        found = self._page.xpath("//*[self::input or self::select or self::textarea][@name=$name]", name=name)
        found = [part for part in found if not any(True for _ in part.iterancestors("template"))]
        return [part for part in found if _inside(part)] or found

    def _switch_on(self, part: html.HtmlElement) -> None:
        """What a condition had switched off is there once it is answered, as the script of the page does it."""
        for above in part.iterancestors("fieldset"):
            above.attrib.pop("disabled", None)
            above.attrib.pop("hidden", None)

    def _button(self, label: str, name: str, value: str) -> html.HtmlElement:
        for button in sorted(self._page.iter("button"), key=lambda one: not _inside(one)):
            if any(True for _ in button.iterancestors("template")) or button.get("type") == "button":
                continue
            right = button.get("name") == name and button.get("value") == value if name else True
            if right and plain(button.text_content()).startswith(label) and self._form_of(button) is not None:
                return button
        raise Refused(f"{self.who}: {self.path} has no button “{label or name}”: {self.text()[:1500]}")

    def _form_of(self, part: html.HtmlElement) -> html.HtmlElement | None:
        if part.get("form"):
            return next(iter(self._page.xpath("//form[@id=$id]", id=part.get("form"))), None)
        return next(part.iterancestors("form"), None)

    def _submit(self, button: html.HtmlElement) -> requests.Response:
        form = self._form_of(button)
        assert form is not None
        pairs, named = [], set()
        for part in self._page.iter("input", "select", "textarea"):
            if part.get("name") and self._form_of(part) is form and not _is_off(part):
                named.add(part.get("name"))
                pairs += _values(part)
        if button.get("name"):
            pairs.append((button.get("name"), button.get("value") or ""))
        action = button.get("formaction") or form.get("action") or self.path
        if (form.get("method") or "get").lower() == "get":
            return self._send("GET", action, params=pairs)
        if form.get("enctype") != "multipart/form-data":
            return self._send("POST", action, data=pairs)
        parts: list[tuple[str, tuple[str | None, bytes | str, str | None]]] = [
            (name, (None, value, None)) for name, value in pairs
        ]
        for name, files in self._files.items():
            if name in named:
                parts += [(name, (one.name, one.read_bytes(), mimetypes.guess_type(one.name)[0])) for one in files]
        return self._send("POST", action, files=parts or [("", (None, "", None))])

    def _ask(self, method: str, path: str) -> None:
        self._show(self._send(method, path))

    def _send(self, method: str, path: str, **options: object) -> requests.Response:
        self.requests += 1
        address = requests.compat.urljoin(self._address, path)
        if not address.startswith(self.base):
            address = self.base + requests.compat.urlsplit(address).path
        response = self._line.request(method, address, timeout=SECONDS, **options)  # type: ignore[arg-type] # -- passed on
        if response.status_code >= 400:
            said = plain(html.fromstring(response.text or "<p></p>").text_content())
            raise Refused(f"{self.who}: {method} {path} answered {response.status_code}: {said[:2500]}")
        return response

    def _show(self, response: requests.Response) -> None:
        self._address, self._files = response.url, {}
        self._page = html.fromstring(response.text)


def _inside(part: html.HtmlElement) -> bool:
    return any(True for _ in part.iterancestors("main"))


def _is_off(part: html.HtmlElement) -> bool:
    if part.get("disabled") is not None:
        return True
    return any(above.tag == "template" or (above.tag == "fieldset" and above.get("disabled") is not None)
               for above in part.iterancestors())


def _values(part: html.HtmlElement) -> list[tuple[str, str]]:
    name, kind = part.get("name"), (part.get("type") or "").lower()
    if part.tag == "textarea":
        return [(name, (part.text or "").removeprefix("\n"))]
    if part.tag == "select":
        options = list(part.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None] or options[:1]
        return [(name, one.get("value", plain(one.text_content()))) for one in chosen]
    if kind in ("file", "submit", "button", "image"):
        return []
    if kind in ("radio", "checkbox") and part.get("checked") is None:
        return []
    return [(name, part.get("value") or ("on" if kind == "checkbox" else ""))]
