"""The DMN compatibility kit by folder: `python3 -m benchmarks.dmn_tck [--json] [--wrong]`.

The kit stands beside the repository as ../shared/dmn-tck, or where TAPAK_SHARED says.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from typing import Any

from tests.engine.dmn import kit


def main() -> None:
    """Prints a table of cases, agreed, refused and different by folder; exit code 2 where there is no kit."""
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.dmn_tck", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--wrong", action="store_true", help="tell each case that does not agree")
    wanted = parser.parse_args()
    root = kit.folder()
    if root is None:
        print("Kit DMN tidak ada. Letakkan di ../shared/dmn-tck atau isi TAPAK_SHARED.", file=sys.stderr)
        raise SystemExit(2)
    began = time.perf_counter()
    runner = kit.Runner()
    answers = [runner.run(case) for case in kit.cases(root)]
    report = {"seconds": round(time.perf_counter() - began, 1), "folders": by_folder(answers), "all": count(answers)}
    print(json.dumps(report, indent=2) if wanted.json else "\n".join(table(report)))
    if wanted.wrong:
        for answer in answers:
            if answer.verdict != "agreed":
                print(f"\n{answer.case.folder} {answer.case.id} ({answer.verdict})\n  {answer.told}")


def by_folder(answers: list[kit.Answer]) -> dict[str, dict[str, int]]:
    """The figures of each folder."""
    folders = sorted({answer.case.folder for answer in answers})
    return {name: count([answer for answer in answers if answer.case.folder == name]) for name in folders}


def count(answers: list[kit.Answer]) -> dict[str, int]:
    """{"cases", "agreed", "refused", "different"}."""
    verdicts = Counter(answer.verdict for answer in answers)
    return {"cases": len(answers)} | {verdict: verdicts[verdict] for verdict in ("agreed", "refused", "different")}


def table(report: dict[str, Any]) -> list[str]:
    """The figures as lines of Markdown."""
    rows = [*report["folders"].items(), ("**all**", report["all"])]
    lines = ["| folder | cases | agreed | refused | different | share |", "|---|--:|--:|--:|--:|--:|"]
    for name, figures in rows:
        share = 100 * figures["agreed"] / figures["cases"]
        lines.append(f"| {name} | {' | '.join(str(number) for number in figures.values())} | {share:.1f} % |")
    return [*lines, "", f"{report['seconds']} s"]


if __name__ == "__main__":
    main()
