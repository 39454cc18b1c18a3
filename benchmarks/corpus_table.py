"""docs/bpmn-corpus.md: the figures of `benchmarks.corpus` as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

HEAD = """# The public drawings

Written by `python3 -m benchmarks.corpus --write`, on {files} public files from 21 repositories (Camunda, bpmn.io,
Operaton, Flowable, jBPM and Kogito, Spiff, ProcessMaker, the BPMN interchange group …) that stand beside this one; they
are not part of it. Each file is read, compiled and proved (`drawings check`), and played with one seed for up to 100
steps (`drawings walk`); with `--stub`, scripts and conditions in other languages are answered at random. A file counts
as its pool that came least far. “Waiting” means that something was still open when the steps were used up.

| | end | waiting | refused | crash | share that runs |
|---|--:|--:|--:|--:|--:|
"""
WHY = {
    "expression": "conditions, timers or mappings that are code in another language; `--stub` plays them",
    "timer.": "times in another engine's own words", "xml.": "not well-formed, and meant so",
    "flow.": "flows that lead nowhere", "root.": "no BPMN", "process.": "nothing to run",
    "event_gateway.": "BPMN forbids it too",
    "unsupported.intermediateCatchEvent.escalation": "BPMN has no such event",
    "unsupported.userTask": "a token quantity that is none", "unsupported.callActivity": "a CMMN case",
    "unsupported.": "a mapping that is a script",
    "walk:": "a join that some token never reaches, which `check` says too; in one of them the branch of a dashed "
             "event is to join the main flow, and here it is an instance of its own",
}


def document(report: Mapping[str, Any]) -> str:
    """The page."""
    return "".join(_lines(report))


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield HEAD.format(files=report["files"])
    for title, name in (("unchanged", "unchanged"), ("with `--stub`", "stubbed"),
                        ("unchanged, without the files meant to be refused", "well_formed")):
        one = report[name]
        yield f"| {title} | {one['end']} | {one['waiting']} | {one['refused']} | {one['crash']} | {one['share']} % |\n"
    times = report["milliseconds"]
    yield (
        f"\nCrashes: {report['crashes']}. Refusals that do not name a line and the mend: "
        f"{report['refusals_without_a_place']}. Proved sound: {report['sound']} files.\n"
        f"Read, compile and prove one drawing: median {times['median']} ms, 95th percentile {times['p95']} ms, "
        f"longest {times['max']} ms\n({times['slowest']}; the times vary fourfold with what else the two cores do).\n\n"
        "The round trip of all of them, canonical XML with comments, layout and extensions:\n"
        "`tests/engine/bpmn/test_bpmn_corpus.py::"
        "test_what_is_written_is_what_was_read_layout_and_extensions_included`.\n"
    )
    yield from _refusals("Refused, unchanged", report["refused"])
    yield from _refusals("Refused with `--stub`", report["refused_stubbed"])
    yield from _groups("By source", "repository", report["by_source"])
    yield from _groups("By element", "files with", report["by_element"])


def _refusals(title: str, refused: Mapping[str, list[str]]) -> Iterator[str]:
    yield f"\n## {title}\n\nA file may have several; the first three are named.\n\n"
    yield "| code | files | what it is | such as |\n|---|--:|---|---|\n"
    for code, files in refused.items():
        said = next((text for start, text in WHY.items() if code.startswith(start)), "")
        yield f"| {code} | {len(files)} | {said} | {', '.join(files[:3])} |\n"


def _groups(title: str, what: str, groups: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield f"\n## {title}\n\n| {what} | files | unchanged | with `--stub` |\n|---|--:|--:|--:|\n"
    for name, one in groups.items():
        yield f"| {name} | {one['files']} | {one['unchanged']} % | {one['stubbed']} % |\n"
