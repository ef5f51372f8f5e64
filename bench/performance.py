"""Run the benchmarks one after another, and write their one table: `make bench BENCH=performance`.

The table of docs/performance.md is of one run on one machine, which it names. A benchmark that fails leaves
the page as it is. Without names all benchmarks are run that compare ours with something.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench import betslip
from bench.harness.options import FULL, Form, new_parser
from bench.peers.hive_router import PEERS as GATEWAYS

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
BEGIN: Final = "<!-- make bench BENCH=performance writes from here -->\n"
END: Final = "<!-- to here -->\n"
BENCHMARKS: Final = (*("betslip", "gateway", "cold", "planning", "consumer", "live", "jit", "strawberry"),)
PEERS: Final[Mapping[str, Collection[str]]] = {"betslip": betslip.PEERS, "gateway": GATEWAYS}
"""What those benchmarks compare with that can compare with less."""

SMALLEST: Final = ("jit",)
"""What the smallest form runs, unless it is told: a benchmark that needs nothing else."""


def main() -> None:
    """Run what is asked for, and write the table.

    Raises:
        subprocess.CalledProcessError: A benchmark failed.
    """
    given = _options()
    form = Form.read(given)
    busy = os.getloadavg()[0]
    names = given.names or form.of(BENCHMARKS, BENCHMARKS, SMALLEST)
    results = [_result(name, form, given.peers) for name in names]
    said = conditions(quick=form.size != FULL, peers=given.peers, busy=busy)
    table = "\n".join(table_of(results, said))
    page = with_table(PAGE.read_text(encoding="utf-8"), table)
    if not given.smallest:
        PAGE.write_text(page, encoding="utf-8")
    print(table)


def _options() -> argparse.Namespace:
    parser = new_parser(__doc__ or "")
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="only these")
    parser.add_argument("--peers", help="of betslip and gateway: only these, separated by commas")
    return parser.parse_args()


def _result(name: str, form: Form, peers: str | None) -> dict[str, Any]:
    """Run a benchmark in a process of its own, and return what it wrote."""
    options = [*form.of((), ("--quick",), ("--smallest",)), f"--results={form.results.resolve()}"]
    options.append(f"--patience={form.patience}")
    if peers and name in PEERS:
        options += ["--peers", *(peer for peer in peers.split(",") if peer in PEERS[name])]
    command = [sys.executable, "-m", f"bench.{name}", *options]
    subprocess.run(command, check=True)  # noqa: S603 - one of our own modules
    return dict(json.loads((form.results / f"{name}.json").read_text(encoding="utf-8")))


def conditions(*, quick: bool, peers: str | None, busy: float) -> str:
    """Return when, where and how the run was, and what ran beside it, in sentences.

    Args:
        quick: Whether the benchmarks ran in their short form.
        peers: The only peers of `betslip` and `gateway`; None for all.
        busy: How many processes wanted a core before the run.
    """
    cores = len(os.sched_getaffinity(0))
    system = f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"
    where = f"on the machine `{platform.node()}`: {_processor()}, {cores} cores, {system}"
    form = "in their short form (`--quick`)" if quick else "in full"
    alone = f", beside {peers.replace(',', ', ')} alone" if peers else ""
    beside = (
        "Nothing else ran on it."
        if busy < 1 / 2
        else f"**Other work ran beside it**: {busy:.0f} processes wanted a core. Times say little."
    )
    return f"Run on {datetime.now(UTC):%-d %B %Y} {where}; {form}{alone}. {beside}"


def _processor() -> str:
    facts = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    names = [line.partition(":")[2].strip() for line in facts.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table_of(results: Sequence[Mapping[str, Any]], said: str) -> Iterator[str]:
    """Yield the lines of the table: a row for each ratio of each benchmark, in their order."""
    yield from (
        said,
        "",
        "| benchmark | figure | ratio | ours | the other |",
        "| --- | --- | --- | --- | --- |",
    )
    for result in results:
        benchmark = f"[{result['name']}](#{result['name']})"
        for name, ratio in result["ratios"].items():
            ours, _, other = name.rpartition("_vs_")
            rates = [_rate(result["figures"], contender) for contender in (ours or "ours", other)]
            yield f"| {benchmark} | `{name}` | **{ratio:.3g}** | {rates[0]} | {rates[1]} |"
        for name, reason in result.get("left_out", {}).items():
            yield f"| {benchmark} | `ours_vs_{name}` | left out | | {reason} |"


def _rate(figures: Mapping[str, Any], name: str) -> str:
    """Return a contender's requests a second with its processor time, or nothing."""
    row = figures.get(name)
    if not isinstance(row, dict) or "requests_per_second" not in row:
        return ""
    rate = f"{row['requests_per_second']:,.0f}/s"
    return f"{rate}, {row['cpu_us_per_request']:,.0f} µs" if "cpu_us_per_request" in row else rate


def with_table(page: str, table: str, mark: str = BEGIN) -> str:
    """Return the page with another table between a mark and `END`.

    Raises:
        ValueError: The page has no marks.
    """
    before, begin, rest = page.partition(mark)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("the page has no place for the table")
    return f"{before}{begin}\n{table}\n\n{end}{after}"


if __name__ == "__main__":
    main()
