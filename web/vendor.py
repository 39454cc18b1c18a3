"""The libraries our pages carry, fetched once by a developer with `npm pack` and kept in the repository.

Nobody needs Node to run Tapak. `fetch()` unpacks exactly the versions named here, with their licences and a packed
copy of each script for slow lines, and writes VERSIONS, which a test compares with this table and with the files.
"""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).parent / "static" / "vendor"


@dataclass(frozen=True)
class Library:
    """One npm package: `files` maps a path in the package to the name it gets here."""

    name: str
    version: str
    folder: str
    files: dict[str, str]


LIBRARIES = (
    Library("htmx.org", "2.0.11", "htmx", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"}),
    Library("bpmn-js", "18.31.1", "bpmn-js", {
        "dist/bpmn-navigated-viewer.production.min.js": "bpmn-navigated-viewer.min.js",
        "dist/bpmn-modeler.production.min.js": "bpmn-modeler.min.js",
        "dist/assets/diagram-js.css": "diagram-js.css",
        "dist/assets/bpmn-js.css": "bpmn-js.css",
        "LICENSE": "LICENSE",
    }),
    Library("bpmn-font", "0.12.1", "bpmn-font", {
        "dist/css/bpmn.css": "css/bpmn.css",
        "dist/font/bpmn.woff2": "font/bpmn.woff2",
        "dist/font/bpmn.woff": "font/bpmn.woff",
        "LICENSE": "LICENSE",
    }),
    Library("@bpmn-io/form-js", "1.23.0", "form-js", {
        "dist/form-editor.umd.js": "form-editor.js",
        "dist/assets/form-js.css": "form-js.css",
        "dist/assets/form-js-editor.css": "form-js-editor.css",
        "LICENSE": "LICENSE",
    }),
)


def fetch() -> list[str]:
    """The vendor folder holds these libraries and VERSIONS; gives the lines of VERSIONS.

    CalledProcessError when npm is not there or does not find a version, KeyError when a package lacks a file.
    """
    lines = []
    for library in LIBRARIES:
        with tempfile.TemporaryDirectory() as folder:
            _unpack(library, Path(folder))
        lines += [f"{library.name} {library.version}"]
        lines += [f"  {_digest(library, name)}  {library.folder}/{name}" for name in library.files.values()]
    (VENDOR / "VERSIONS").write_text("\n".join(lines) + "\n")
    return lines


def _unpack(library: Library, folder: Path) -> None:
    command = ["npm", "pack", "--silent", f"{library.name}@{library.version}"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    target = VENDOR / library.folder
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        for source, name in library.files.items():
            found = package.extractfile(f"package/{source}")
            if found is None:
                raise KeyError(source)
            content = found.read()
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content)
            if name.endswith(".js"):
                (target / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))


def _digest(library: Library, name: str) -> str:
    return hashlib.sha256((VENDOR / library.folder / name).read_bytes()).hexdigest()


if __name__ == "__main__":
    print("\n".join(fetch()))
