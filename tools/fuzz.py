"""Fuzz the gateway: `python tools/fuzz.py 20000 [--features a,b] [--seed N] [--jobs N]`.

A world is a supergraph with data and operations. Each counter-example is shrunk and written to a folder, in
the format of the reference tests' `cases/`; the exit code is 1 if there are any. A batch depends only on its
seed.
"""

import argparse
import multiprocessing
import random
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from tests.federation_kit.case import case_text
from tests.federation_kit.search import Plan, Tally, search
from tests.federation_kit.worlds import some_features
from tests.federation_kit.worlds.features import NAMES

ROOT = Path(__file__).resolve().parents[1]
BATCH = 20


@dataclass(frozen=True, slots=True)
class Batch:
    """A unit of work for one process.

    Attributes:
        seed: The seed of its worlds.
        worlds: The number of worlds.
        allowed: The features that its worlds may have.
        always: The features that all of its worlds have.
        refusals: Whether an operation that the gateway refuses is a counter-example too.
        known: Kinds of differences that were found earlier.
    """

    seed: int
    worlds: int
    allowed: frozenset[str]
    always: frozenset[str]
    refusals: bool
    known: frozenset[str] = frozenset()


def run(batch: Batch) -> Tally:
    """Run one batch."""
    features = some_features(batch.allowed, batch.always)
    return search(Plan(features, batch.worlds, batch.seed), batch.known, refusals=batch.refusals)


def main() -> int:
    """Run all batches, print the results, and write the counter-examples."""
    options = _options()
    unknown = (options.features | options.always) - set(NAMES)
    if unknown:
        print(f"no such features: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
        return 2
    print(f"seed {options.seed}: the same worlds again with --seed {options.seed}", flush=True)
    total = Tally()
    for tally in _results(options, total):
        new = sorted(set(tally.found) - set(total.found))
        total.add(tally)
        for kind in new:
            print(f"FOUND {kind}\n  {_write(options.out, total, kind)}", flush=True)
        print(_line(total), flush=True)
    _report(total)
    return 1 if total.found else 0


def _results(options: argparse.Namespace, total: Tally) -> Iterator[Tally]:
    """Yield tallies as they arrive; later batches skip the kinds of differences found by then."""
    waiting = list(_batches(options))
    running: set[Future[Tally]] = set()
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        while waiting or running:
            while waiting and len(running) < options.jobs:
                running.add(pool.submit(run, _knowing(waiting.pop(0), total)))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for each in done:
                yield each.result()


def _batches(options: argparse.Namespace) -> Iterator[Batch]:
    for number, start in enumerate(range(0, options.worlds, BATCH)):
        size = min(BATCH, options.worlds - start)
        yield Batch(options.seed + number, size, options.features, options.always, options.refusals)


def _knowing(batch: Batch, total: Tally) -> Batch:
    known = frozenset(total.found)
    return Batch(batch.seed, batch.worlds, batch.allowed, batch.always, batch.refusals, known)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split(","))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare the gateway with a monolith over generated worlds.")
    parser.add_argument("worlds", type=int, nargs="?", default=1000)
    parser.add_argument(
        "--features", type=_names, default=frozenset(NAMES), help="use only these, each in half of the worlds"
    )
    parser.add_argument("--always", type=_names, default=frozenset(), help="use these in all worlds")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--refusals", action="store_true", help="count refusals to plan as counter-examples")
    parser.add_argument("--out", type=Path, default=ROOT / ".furlong" / "counter-examples")
    return parser.parse_args()


def _write(folder: Path, total: Tally, kind: str) -> Path:
    text = case_text(total.found[kind])
    folder.mkdir(parents=True, exist_ok=True)
    word = kind.split(":", 1)[0].replace(" ", "-")
    file = folder / f"{word}-{zlib.crc32(text.encode()):08x}.json"
    part = file.with_suffix(".part")
    part.write_text(text)
    part.replace(file)
    return file


def _line(total: Tally) -> str:
    return (
        f"{total.worlds} worlds, {total.operations} operations right in {total.calls} calls, "
        f"{total.refused.total()} refused, {total.not_composable.total()} worlds not composable, "
        f"{len(total.found)} kinds of counter-examples"
    )


def _report(total: Tally) -> None:
    for title, counted in (("refused", total.refused), ("not composable", total.not_composable)):
        for message, times in counted.most_common(8):
            print(f"{title} {times}: {message}")
    for name in NAMES:
        share = total.features[name] / total.worlds if total.worlds else 0
        print(f"{name}: {total.features[name]} worlds, {share:.0%}")


if __name__ == "__main__":
    sys.exit(main())
