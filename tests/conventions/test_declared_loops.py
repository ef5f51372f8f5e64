"""A worker declares its loops over rows and messages, so that one item which fails stops no other."""

import ast
from collections.abc import Iterator
from typing import Final

import typer

from furlong.cli.processes.workers import cli
from furlong.workers.rounds import BLOCK_WORKERS
from subgraphs.block_list import BLOCKS
from tests.subgraphs.poisoned import declared_loops
from tests.support.repository_files import ROOT, repository_files

WITHOUT: Final = {"purges": "a task for each CDN, which sends again what its CDN has not accepted"}
"""Workers that go over no rows or messages."""

BY_HAND: Final = {
    "furlong/workers/cdn_purge_worker.py follow": "partitions at the start",
    "furlong/workers/cdn_purge_worker.py send": "what a CDN has not accepted is sent to it again",
    "furlong/workers/feed_worker.py run_feeds": "feeds that are being stopped",
    "furlong/workers/feed_worker.py running_feeds": "feeds that are being stopped",
    "furlong/workers/fulfilment_worker.py health": "figures of two kinds of rewards",
    "furlong/workers/fulfilment_worker.py run_fulfilment": "one task that is being stopped",
    "furlong/workers/outbox_worker.py publish": "says which facts cannot be sent, and sends the others",
    "furlong/workers/provider_decisions.py _follow": "positions at the start",
    "furlong/workers/upstream_reconciliation.py compare_all": "a command, which shows the first fault",
    "furlong/workers/week_worker.py postponed": "figures of two databases",
    "subgraphs/events/upkeep.py _announce": "batches of columns that cannot be unreadable",
    "subgraphs/events/upkeep.py _announce_results": "batches, of which each is a loop",
    "subgraphs/events/upkeep.py _delete_old": "tables",
    "subgraphs/events/upkeep.py _end_void": "one statement for a provider",
    "subgraphs/lobby/upkeep.py close": "clients that are being closed",
    "subgraphs/wallet/cashier.py _compare": "processors, of which each is a loop over its reports",
    "subgraphs/wallet/operators.py _send": "portions, of which each is a loop",
    "subgraphs/wallet/operators.py round": "brands, of which each is a loop",
}
"""Functions of workers that wait in each turn of a loop of their own, and why none is needed from the kit."""

WAITS: Final = (ast.Await, ast.AsyncFor, ast.AsyncWith)


def test_each_worker_declares_its_loops() -> None:
    """Its name is the first part of a loop's: so they are counted by what the worker reports.

    One of a block may have none: where it loops, the test below finds it.
    """
    commands = {*typer.main.get_group(cli).commands}
    declared = {loop.partition(":")[0] for loop in declared_loops()}
    assert declared <= {*commands, "consumer"}
    assert commands - declared - BLOCK_WORKERS.keys() == WITHOUT.keys()


def test_no_worker_loops_by_hand() -> None:
    """Whoever goes over rows or messages uses `Loop` of `subgraphs/kit/durable_steps`, or says why not."""
    workers = [
        f"{(block.package or f'subgraphs.{block.name}').replace('.', '/')}/{worker}.py"
        for block in BLOCKS
        for worker in block.workers
    ]
    found = {
        f"{module} {function}"
        for module in [*workers, *repository_files("furlong/workers/*.py")]
        for function in loops_by_hand(ast.parse((ROOT / module).read_text(encoding="utf-8")))
    }
    assert found == BY_HAND.keys()


def loops_by_hand(module: ast.AST) -> Iterator[str]:
    """Yield the functions that wait in each turn of a loop, or for all of its turns together."""
    for function in ast.walk(module):
        if isinstance(function, ast.AsyncFunctionDef) and any(map(_loops, ast.walk(function))):
            yield function.name


def _loops(node: ast.AST) -> bool:
    match node:
        case ast.For(body=body) | ast.AsyncFor(body=body):
            return any(isinstance(part, WAITS) for line in body for part in ast.walk(line))
        case ast.ListComp(elt=item) | ast.SetComp(elt=item) | ast.GeneratorExp(elt=item):
            return any(isinstance(part, WAITS) for part in ast.walk(item))
        case ast.Call(func=ast.Attribute(attr="gather") | ast.Name(id="all_of")):
            return True
    return False
