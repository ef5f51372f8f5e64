"""Count the interpreter's work on the hot paths, and compare it with `bench/budgets.toml`.

Exits with 1 if a path is over a budget, or so far below one that the budget must be lowered.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from types import CodeType
from typing import TYPE_CHECKING, Final

from bench.counts.budgets import FILE, MEASURES, BudgetError, Budgets
from bench.counts.counting import Counting
from bench.harness import report
from bench.harness.options import SMALLEST, Form, new_parser
from bench.harness.servers import ROOT
from bench.harness.standstill import watched

if TYPE_CHECKING:
    from bench.counts.paths import Followed, HotPath

LISTED: Final = 40
GENERATED: Final = re.compile("<.*>")
"""The name of generated code, which is another one in each run."""

BY: Final = "list what is counted by function, or the files that requests enter; compare nothing"
SMALLEST_PATHS: Final = ("gateway",)
"""What the smallest form counts; it compares nothing."""

VERSION: Final = f"{sys.version_info.major}.{sys.version_info.minor}"


def main() -> None:
    """Run what the command line says."""
    parser = new_parser(__doc__ or "")
    parser.add_argument("--path", action="append", help="count this path only; may be repeated")
    parser.add_argument("--by", choices=["function", "file"], help=BY)
    parser.add_argument("--lower", action="store_true", help="lower budgets to what is counted")
    given = parser.parse_args()
    form = Form.read(given)
    with watched(form.patience):
        _run(given, form)


def _run(given: argparse.Namespace, form: Form) -> None:
    try:
        budgets = Budgets.read(FILE.read_text(encoding="utf-8"))
    except BudgetError as error:
        sys.exit(f"bench/budgets.toml: {error}")
    if budgets.python != VERSION and not given.by:
        print(f"budgets: not compared, because they are for Python {budgets.python}, and this is {VERSION}")
        return
    # Imported only when something is counted: they import the whole product.
    from bench.counts.paths import PATHS, count_paths, follow_paths  # noqa: PLC0415

    paths = _chosen(PATHS, given.path or form.of(PATHS, PATHS, SMALLEST_PATHS))
    if given.by == "file":
        for name, followed in follow_paths(paths).items():
            print("\n".join(by_file(name, followed)))
        return
    counted = count_paths(paths)
    if given.by:
        for name, counting in counted.items():
            print("\n".join(by_function(name, counting)))
        return
    totals = {name: counting.totals for name, counting in counted.items()}
    if form.size == SMALLEST:
        report.write(form.results, "counts", totals, {})
        return
    if given.lower:
        today = datetime.now(UTC).date()
        FILE.write_text(budgets.lowered(totals, today).toml(), encoding="utf-8")
        budgets = Budgets.read(FILE.read_text(encoding="utf-8"))
    _show(totals, budgets)
    if findings := budgets.findings(totals):
        sys.exit("\n" + "\n".join(findings))


def _chosen(paths: Mapping[str, HotPath], names: Collection[str]) -> dict[str, HotPath]:
    """Return the paths of some names; exit if there is none of that name."""
    if unknown := set(names) - paths.keys():
        sys.exit(f"there is no path {', '.join(sorted(unknown))}; there are {', '.join(paths)}")
    return {name: paths[name] for name in names}


def _show(counted: Mapping[str, Mapping[str, int]], budgets: Budgets) -> None:
    print(f"{'counted / budget / best':24}" + "".join(f"{measure:>28}" for measure in MEASURES))
    for name, totals in counted.items():
        path = budgets.paths.get(name)
        cells = [f"{totals[measure]:,}" for measure in MEASURES]
        if path is not None:
            limits = (path.measures[measure] for measure in MEASURES)
            cells = [f"{cell} / {it.budget:,} / {it.best:,}" for cell, it in zip(cells, limits, strict=True)]
        print(f"{name:24}" + "".join(f"{cell:>28}" for cell in cells))


def by_file(name: str, followed: Followed) -> Iterable[str]:
    """Yield the files that the first request on a path enters, and those of a warm one, in their order."""
    for kind, files in followed._asdict().items():
        yield f"{name}, {kind}: {len(files)} files"
        yield from (f"  {file}" for file in files)


def by_function(name: str, counting: Counting) -> Iterable[str]:
    """Yield the functions of a path with the most calls and instructions, most first."""
    kinds: dict[str, Counter[str]] = {
        "python_calls": _by_place(counting.calls),
        "c_calls": counting.c_calls,
        "opcodes": _by_place(counting.opcodes),
    }
    for measure, functions in kinds.items():
        yield f"{name}: {functions.total():,} {MEASURES[measure]}"
        ordered = sorted(functions.items(), key=lambda entry: (-entry[1], entry[0]))
        yield from (f"{times:9,}  {function}" for function, times in ordered[:LISTED])
        yield ""


def _by_place(functions: Counter[CodeType]) -> Counter[str]:
    named = Counter[str]()
    for code, times in functions.items():
        file = code.co_filename.removeprefix(f"{ROOT}/").rpartition("site-packages/")[2]
        file = GENERATED.sub("<generated>", file)
        named[f"{code.co_qualname}  {file}"] += times
    return named


if __name__ == "__main__":
    main()
