"""Measure what each feature of the gateway costs a request: `make bench BENCH=features`.

The bet-slip is asked of gateways over fixed subgraphs, in this process (see `bench.counts`): of the bare
core, with every feature off; of the core with one feature on; and with the defaults. What is counted is the
same in each run. Processor time is that of the whole process, client included, as the least of interleaved
rounds; only differences mean something.
"""

from __future__ import annotations

import gc
import tempfile
import zlib
from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any, Final

from pydantic import SecretStr

from bench.counts.club import Counted, Request
from bench.counts.paths import HotPath, count_path, count_paths, in_counted_club
from bench.counts.site_paths import gateway, require_right
from bench.harness import report
from bench.harness.options import SMALLEST, Form, new_parser
from bench.harness.runner import run_benchmark
from bench.harness.servers import ROOT
from bench.harness.standstill import wait_for
from bench.performance import with_table

ORIGIN: Final = "https://bets.example"
SECRET: Final = "A" * 43
KEYS: Final = f'{{"keys": [{{"kty": "oct", "kid": "bench", "k": "{SECRET}"}}]}}'
PAGE: Final = ROOT / "docs" / "gateway" / "features.md"
BEGIN: Final = "<!-- make bench BENCH=features writes from here -->\n"
BARE: Final = "core alone"
DEFAULTS: Final = "defaults"
MEASURES: Final = {
    "python_calls": "calls",
    "c_calls": "calls of C",
    "opcodes": "instructions",
    "system_calls": "system calls",
    "microseconds": "CPU µs",
}


def require_compressed(reply: bytes) -> None:
    """Check a compressed reply."""
    require_right(zlib.decompress(reply.partition(b"\r\n\r\n")[2], wbits=31))


@dataclass(frozen=True, slots=True)
class Configuration:
    """A gateway, and how it is asked.

    Attributes:
        settings: Settings beside those that switch all features off.
        headers: Lines in the head of the request.
        require: Checks the reply.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    require: Callable[[bytes], None] = require_right


OFF: Final[Mapping[str, Any]] = {
    "compression": {"enabled": False},
    "cost": {"mode": "off"},
    "resilience": {"enabled": False},
}
"""What switches off the features that are on by default."""

UNMEASURED: Final[Mapping[str, str]] = {
    "access": "Only fields with annotations pay for it, of which the bet-slip has none.",
    "batches": "Only batches pay for it.",
    "documents": "Only bodies that are not known yet pay for it.",
    "incremental": "Only operations with `@defer` or `@stream` use it.",
    "kept_answers": "Only subgraphs in the process use it: budgets.toml counts it as betslip_again.",
    "labels": "Only graphs with labels of overrides pay for it, and the bet-slip's has none.",
    "observation": "It needs a collector of traces: docs/decisions/measured-gateways.md has what they cost.",
    "propagation": "Its headers need subgraphs over HTTP, which are not measured here.",
    "sessions": "It needs an issuer of tokens.",
    "subscriptions": "Only subscriptions pay for it.",
    "uploads": "Other requests pay for one look at their content type.",
}
"""Why the other features are not measured here."""


def configurations(folder: Path) -> dict[str, Configuration]:
    """Return a typical configuration of each feature, by its name; `UNMEASURED` are the others.

    Args:
        folder: For files.
    """
    return {
        "compression": Configuration(
            {"compression": {"bytes": 1024}}, ("Accept-Encoding: gzip",), require_compressed
        ),
        "cors": Configuration({"cors": {"origins": (ORIGIN,)}}, (f"Origin: {ORIGIN}",)),
        "cost": Configuration({"cost": {"mode": "enforce"}}),
        "header_rules": Configuration(
            {"header_rules": {"rules": {"all": {"request": [{"propagate": {"matching": "x-*"}}]}}}},
            ("X-Brand: one",),
        ),
        "rate_limits": Configuration(
            {"rate_limits": {"rules": ({"by": "address", "points": 10**9, "seconds": 1},)}}
        ),
        "resilience": Configuration({"resilience": {}}),
        "response_cache": Configuration({"response_cache": {"enabled": True}}),
        "signatures": Configuration({"signatures": {"keys": SecretStr(KEYS)}}),
        "usage": Configuration({"usage": {"file": folder / "usage.sqlite"}}),
    }


USES: Final[Mapping[str, str]] = {
    "compression": "for a client that asks for it",
    "cors": "for a page of another origin",
    "header_rules": "that pass on headers by a pattern",
    "rate_limits": "by address",
    "resilience": "circuits, retries, shared calls, limits",
    "response_cache": "of a graph without cache hints",
    "signatures": "on three calls",
}
"""What is measured of some features, for the table."""


def count(names: Collection[str]) -> dict[str, dict[str, int]]:
    """Return what is counted for one request to some of the gateways, by their names."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = {name: path for name, path in _paths(Path(folder)).items() if name in names}
        return {name: counting.totals for name, counting in count_paths(chosen).items()}


def measure(rounds: int, times: int, names: Collection[str] | None) -> dict[str, dict[str, float]]:
    """Return the figures of gateways, by their names: those of `MEASURES` for one request.

    Args:
        rounds: How often each is measured.
        times: How often it is asked in a round.
        names: Which ones; None for all.
    """

    async def run(given: Counted) -> dict[str, dict[str, float]]:
        paths = {key: path for key, path in _paths(given.folder).items() if names is None or key in names}
        counted = {}
        for name, path in paths.items():
            wait_for(f"what is counted of {name}")
            counted[name] = (await count_path(path, given)).totals
        least = dict.fromkeys(paths, float("inf"))
        for _ in range(rounds):
            wait_for("the gateways in turn")
            for name, path in paths.items():
                async with path(given) as request:
                    least[name] = min(least[name], await _microseconds(request, times))
        return {name: {**totals, "microseconds": least[name]} for name, totals in counted.items()}

    return in_counted_club(run)


def _paths(folder: Path) -> dict[str, HotPath]:
    configured = {
        name: partial(gateway, headers=each.headers, require=each.require, **{**OFF, **each.settings})
        for name, each in {BARE: Configuration(), **configurations(folder)}.items()
    }
    return {**configured, DEFAULTS: gateway}


async def _microseconds(request: Request, times: int) -> float:
    await request(nullcontext())
    gc.collect()
    began = process_time()
    for _ in range(times):
        await request(nullcontext())
    return (process_time() - began) / times * 1e6


def table(figures: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return the lines of a table in Markdown: the bare core, and what is added to it."""
    bare = figures[BARE]
    lines = [
        f"| | {' | '.join(MEASURES.values())} |",
        f"| --- {'| ---: ' * len(MEASURES)}|",
        f"| {BARE} | {' | '.join(f'{bare[each]:,.0f}' for each in MEASURES)} |",
    ]
    for name, row in figures.items():
        if name != BARE:
            use = f": {USES[name]}" if name in USES else ""
            lines.append(
                f"| {name}{use} | {' | '.join(f'{row[each] - bare[each]:+,.0f}' for each in MEASURES)} |"
            )
    return lines


def run(form: Form, _folder: Path) -> None:
    """Measure, write the table into the docs unless the form is the smallest, and write the results."""
    figures = measure(*form.of((7, 200, None), (7, 200, None), (1, 1, (BARE, "cors", DEFAULTS))))
    lines = "\n".join(table(figures))
    page = with_table(PAGE.read_text(encoding="utf-8"), lines, BEGIN)
    if form.size != SMALLEST:
        PAGE.write_text(page, encoding="utf-8")
    print(lines)
    ratio = figures[DEFAULTS]["opcodes"] / figures[BARE]["opcodes"]
    report.write(form.results, "features", figures, {"defaults_vs_core": ratio})


def main() -> None:
    """Run the benchmark with the options of the command line."""
    form = Form.read(new_parser(__doc__ or "").parse_args())
    run_benchmark(run, form, form)


if __name__ == "__main__":
    main()
