"""Product time comes from the product's clock; code that reads the machine's is listed here, with reasons."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = (
    "foundation",
    "subgraphs",
    "consumers",
    "analytics",
    "backoffice",
    "furlong",
    "providers",
    "simulator",
    "gateway",
    "jit",
)
READINGS: Final = frozenset(
    {
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
        "func.now",
        "func.current_timestamp",
        "func.utc_timestamp",
        "func.sysdate",
        "func.localtimestamp",
        "SystemClock",
    }
)
"""What tells the machine's time of day. Durations (monotonic, perf_counter, the loop's time) do not."""

_ATTRIBUTES: Final = "|".join(name.rpartition(".")[2] for name in READINGS if "." in name)
MENTIONED: Final = re.compile(rf"\.({_ATTRIBUTES})\b|SystemClock|from time import")
"""What the text of a module that reads it has, beside SQL: most modules need not be parsed."""

ALLOWED: Final = {
    ("analytics/questions/snapshot.py", "time.time_ns"): "names of snapshots, which grow",
    ("foundation/storage/clock.py", "datetime.now"): "the clock itself",
    ("foundation/storage/clock.py", "time.time"): "the same, in seconds",
    ("foundation/storage/clock.py", "func.utc_timestamp"): "the clock itself, by the database's server",
    ("foundation/storage/database.py", "SystemClock"): "compares the database's clock with the machine's",
    ("foundation/storage/database.py", "SQL 'SELECT VERSION(), UTC_TIMESTAMP(6)'"): "the same",
    (
        "foundation/storage/rehearsal.py",
        "SystemClock",
    ): "what no rehearsal moves, and its measure",
    ("subgraphs/kit/auth.py", "SystemClock"): "tokens are of the issuer, who knows of no rehearsal",
    ("foundation/tokens/verifier.py", "time.time"): "the same, where nobody gives a clock",
    ("foundation/tokens/metrics.py", "time.time"): "the age of keys, where nobody gives a clock",
    ("subgraphs/kit/live/watches.py", "time.time"): "the lag of live updates, between two machines",
    (
        "gateway/features/observation/observation.py",
        "time.time",
    ): "spans stand beside those of other machines",
    ("foundation/tracing/recorded_spans.py", "time.time"): "the same",
    ("backoffice/content/workflow/imports.py", "SystemClock"): "the audit log: a rehearsal does not move it",
    (
        "foundation/signatures/signer.py",
        "time.time",
    ): "signatures: two machines must agree",
    ("foundation/signatures/verifier.py", "time.time"): "the same",
    ("gateway/features/sessions/feature.py", "time.time"): "tokens: the gateway knows no product time",
    ("gateway/features/subscriptions/stream.py", "time.time"): "sessions end when their tokens do",
    ("gateway/features/usage/store.py", "time.time"): "when a field was asked for: no product time",
    ("subgraphs/progress/ledger/ledger.py", "SystemClock"): "for whoever applies bets and closes no week",
    (
        "subgraphs/wallet/ledger/store.py",
        "SQL 'CAST(UNIX_TIMESTAMP(UTC_TIMESTAMP(6))*1000000 AS UNSIGNED)'",
    ): "pending transfers end by the wallet's database alone: a rehearsal would release stakes",
    (
        "furlong/workers/outbox_worker.py",
        "SystemClock",
    ): "leases: another node must not take over because time jumped",
    (
        "subgraphs/kit/mutations/upstream.py",
        "SystemClock",
    ): "`Retry-After` with a date, of a response without one of its own: how long it asks to wait",
    (
        "furlong/checks/machine_clock.py",
        "datetime.now",
    ): "`furlong check`: the machine's clock is what it checks",
    (
        "furlong/checks/data_stores.py",
        "SQL 'SELECT UTC_TIMESTAMP(3)'",
    ): "`furlong check`: compares the database's clock with the machine's",
    ("furlong/checks/files.py", "datetime.now"): "`furlong check`: when certificates end",
    ("furlong/checks/payments.py", "SystemClock"): "`furlong check`: processors are opened, and closed again",
    ("furlong/identity.py", "SystemClock"): "when an installation was recorded",
    ("furlong/backup/database_use.py", "SystemClock"): "whether leases are held",
    ("furlong/demo/process.py", "SystemClock"): "the demo's tokens",
    ("furlong/demo/mock/server.py", "SystemClock"): "mocked answers have no rehearsal that moves the time",
    ("furlong/demo/clock.py", "SystemClock"): "a demo that is not moved; what a moved one is moved against",
    ("furlong/cli/install/setup.py", "SystemClock"): "`furlong token`: a token's issue and expiry",
    (
        "furlong/cli/install/backup.py",
        "SystemClock",
    ): "when a backup was taken: an operator looks for it by the clock",
    ("furlong/cli/install/clock.py", "SystemClock"): "what a rehearsal is moved against",
    ("simulator/run.py", "SystemClock"): "where nobody gives the simulator a clock",
    ("simulator/upstream/api.py", "SystemClock"): "where nobody gives the simulator a clock",
    ("simulator/exchange/market_world.py", "datetime.now"): "the exchange is another company's",
    ("simulator/exchange/stream.py", "time.time"): "the exchange is another company's",
    ("simulator/certificate.py", "datetime.now"): "a certificate is valid by machine time",
    ("simulator/sports_feed/event_world.py", "datetime.now"): "the feed is another company's",
    ("simulator/sports_feed/event_world.py", "time.time"): "the feed is another company's",
    ("simulator/content/event_world.py", "datetime.now"): "these providers are other companies",
    ("simulator/content/answers.py", "datetime.now"): "these providers are other companies",
    ("simulator/content/webhooks.py", "time.time"): "these providers are other companies",
    ("simulator/content/streams.py", "time.time"): "these providers are other companies",
    (
        "providers/json_api.py",
        "datetime.now",
    ): "`Retry-After` with a date, of an answer without one of its own",
    ("simulator/providers/serve.py", "SystemClock"): "where nobody gives the simulator a clock",
    ("simulator/payments/serve.py", "SystemClock"): "where nobody gives the simulator a clock",
    ("simulator/casino/serve.py", "SystemClock"): "these providers are other companies",
    ("simulator/bank/serve.py", "SystemClock"): "where nobody gives the simulator a clock",
    (
        "consumers/stream/health.py",
        "time.time",
    ): "the age of a record, by Kafka's time stamp",
    (
        "consumers/feeds/delivery/forwarder.py",
        "time.time",
    ): "the age of a record, by Kafka's time stamp",
    (
        "consumers/feeds/delivery/feed_worker.py",
        "time.time",
    ): "dead letters of the last minutes, by Kafka's time stamps",
}
MONEY: Final = (
    "subgraphs",
    "consumers",
    "furlong/workers",
    "backoffice/approvals",
    "backoffice/jobs",
    "backoffice/risk/budgets",
    "backoffice/rules",
    "backoffice/support",
)
"""Where deadlines of money are judged: by `Clock.at(connection)`, in the transaction that acts."""

BY_THE_NODES_CLOCK: Final[dict[str, tuple[str, ...]]] = {
    "what is shown, and decides nothing": (
        "backoffice/rules/known_rules.py of_brand",
        "backoffice/support/goodwill/budgets.py uses",
        "backoffice/support/lookup/customers.py view",
        "backoffice/support/lookup/money.py _limits",
        "consumers/fulfilment/decisions.py read",
        "consumers/rewards/decisions.py read",
        "furlong/workers/outbox_worker.py collect",
        "subgraphs/events/book/encoding.py now",
        "subgraphs/kit/auth.py authenticate",
        "subgraphs/kit/auth.py authenticate_cached",
        "subgraphs/kit/auth.py renew",
        "subgraphs/kit/mutations/recovery.py _conclude",
        "subgraphs/lobby/launching.py _address",
        "subgraphs/progress/weeks/lifecycle.py schemes",
        "subgraphs/progress/weeks/overview.py week_lines",
        "subgraphs/rewards/loaders.py __call__",
    ),
    "since when a provider is silent": ("furlong/workers/provider_worker.py run_provider",),
    "how long another server asks to wait, from now on": ("subgraphs/kit/mutations/upstream.py _ask",),
    "when something was recorded": (
        "backoffice/approvals/service.py _void",
        "backoffice/approvals/service.py propose",
        "backoffice/jobs/service.py cancel",
        "backoffice/jobs/service.py start",
        "backoffice/jobs/worker.py _end",
        "backoffice/support/privacy/holds.py lift",
        "backoffice/support/privacy/holds.py put",
        "backoffice/support/privacy/requests.py _approved",
        "backoffice/support/privacy/requests.py _export",
        "consumers/acknowledgements/acknowledger.py acknowledgement",
        "consumers/messages/accounts.py _erase",
        "consumers/stream/database/dead_letters.py store",
        "consumers/stream/database/positions.py _rows",
        "consumers/stream/database/positions.py store",
        "subgraphs/fulfilment/accounting/reconciliation.py compare",
        "subgraphs/progress/ledger/reconciliation.py _repair",
    ),
    "how old a copy or a waiting fact is": (
        "consumers/progress/reducers.py reach",
        "consumers/stream/database/dead_letters.py recent",
        "subgraphs/kit/live/rereading.py __init__",
        "subgraphs/kit/live/rereading.py look",
        "subgraphs/kit/reads/stale_cache.py _failed_lately",
        "subgraphs/kit/reads/stale_cache.py age",
        "subgraphs/kit/reads/stale_cache.py _read_once",
        "subgraphs/kit/reads/stale_cache.py _usable",
        "subgraphs/kit/reads/stale_cache.py _get",
        "subgraphs/kit/records/outbox_relay.py _has_waiting",
    ),
    "how long ago a person signed in": (
        "backoffice/risk/budgets/setting.py set",
        "backoffice/support/adjustments.py propose",
        "backoffice/support/goodwill/budgets.py set",
        "backoffice/support/goodwill/credits.py propose",
        "backoffice/support/privacy/requests.py propose_erasure",
        "subgraphs/wallet/loaders.py _session",
    ),
    "signatures of calls, and reports of a node": (
        "subgraphs/fulfilment/payout/callbacks.py receive",
        "subgraphs/fulfilment/payout/configuring.py _report",
        "subgraphs/fulfilment/payout/configuring.py leave",
        "subgraphs/fulfilment/providers/registry.py _signed",
        "subgraphs/fulfilment/providers/registry.py register",
        "subgraphs/wallet/paying/processors.py _bank",
        "subgraphs/wallet/paying/processors.py _stripe",
        "subgraphs/wallet/paying/webhooks.py _heard",
    ),
    "how long ago an adapter has said how it is, by the clock of its machine": (
        "consumers/events/reducers.py _latest_revision",
        "consumers/events/reducers.py statuses",
        "subgraphs/events/book/renewal.py _now",
        "subgraphs/events/loaders.py _machine_now",
        "subgraphs/events/offering.py _status",
        "subgraphs/events/upkeep.py _end_void",
        "subgraphs/events/upkeep.py _judge",
    ),
    "when a picture may be seen, by the clock that its server has, too": (
        "subgraphs/events/event_types.py video_url",
    ),
    "which events are long over": (
        "consumers/events/decisions.py match",
        "consumers/events/reducers.py fixtures",
        "subgraphs/events/catalogue/reader.py _read",
        "subgraphs/events/upkeep.py _end_void",
    ),
    "what a brand offers: what it shows at that instant": ("subgraphs/events/offering.py _view",),
    "which week of a customer is shown live": ("subgraphs/club_kit/current_weeks.py read",),
    "during which minute something was shown": (
        "subgraphs/club_kit/served.py _count",
        "subgraphs/club_kit/served.py _end_period",
        "subgraphs/club_kit/served.py _write_periods",
    ),
    "a report over days that are long over": (
        "backoffice/rules/dry_run_job.py prepare",
        "subgraphs/fulfilment/accounting/reconciliation.py make_missing",
    ),
}
"""The functions there that read the node's clock, by the reason why a wrong clock does no harm."""

SQL_NOW: Final = re.compile(
    r"(?<![.\w])(NOW|CURRENT_TIMESTAMP|UTC_TIMESTAMP|SYSDATE|CURDATE|UNIX_TIMESTAMP)\s*\(", re.IGNORECASE
)
JAVASCRIPT: Final = re.compile(r"\bDate\.now\(|\bnew Date\(\s*\)|(?<!new )\bDate\(\s*\)")
IN_THE_BROWSER: Final = {
    "web/demo/events/useBoard.ts": "how long odds are marked after a move: a duration",
    "web/demo/site/Site.tsx": "which days a visitor may choose from: those of their own calendar",
    "web/demo/betting/usePlacing.ts": "how long a bet without an answer is asked for again: a duration",
    "web/demo/betting/secondsLeft.ts": "how many seconds of a bet's delay are left: a duration",
    "web/demo/lobby/GameDialog.tsx": "how long the address of a game is waited for: a duration",
    "web/demo/money/useNow.ts": "which raise or end of a break is offered: the server decides",
    "web/demo/session/remembered.ts": "how long to keep the id of a bet whose outcome is unknown: a duration",
    "web/packages/client/src/changes/keys.ts": "how long to keep a change: a duration",
    "web/packages/club/src/state/useTracker.ts": "how long to poll quickly: a duration",
    "web/packages/club/src/state/online.ts": "since when the visitor has no network: by their own clock",
}


def readings(tree: ast.AST) -> Iterator[str]:
    """Yield the readings of the machine's time in a module, under whatever name they are imported."""
    names = {
        one.asname: one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for one in node.names
        if one.asname
    }
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                found = f"{names.get(owner, owner)}.{name}"
            case ast.Attribute(value=ast.Attribute(attr=owner), attr=name):
                found = f"{owner}.{name}"
            case ast.Call(func=ast.Name(id=name)) | ast.keyword(value=ast.Name(id=name)):
                found = names.get(name, name)
            case ast.ImportFrom(module="time", names=given) if {"time", "time_ns"} & {n.name for n in given}:
                found = "time.time"
            case ast.Constant(value=str(text)) if SQL_NOW.search(text):
                found = f"SQL {text!r}"
            case _:
                continue
        if found in READINGS or found.startswith("SQL "):
            yield found


def test_only_who_is_listed_reads_the_machines_time() -> None:
    """Every reading of the machine's time is in the list with its reason, and no entry is outdated."""
    found = {
        (file.relative_to(ROOT).as_posix(), reading)
        for package in PACKAGES
        for file in sorted((ROOT / package).rglob("*.py"))
        if MENTIONED.search(text := file.read_text(encoding="utf-8")) or SQL_NOW.search(text)
        for reading in readings(ast.parse(text))
    }
    assert found - set(ALLOWED) == set(), "read the time from the product's clock: docs/rehearsal.md"
    assert set(ALLOWED) - found == set()


def functions_by_the_nodes_clock(node: ast.AST, function: str = "") -> Iterator[str]:
    """Yield the name of the function around each `clock.now`, `_clock.now` and `machine.now`."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from functions_by_the_nodes_clock(child, name)
                continue
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr="now"):
                if owner.strip("_") in {"clock", "machine"}:
                    yield function
        yield from functions_by_the_nodes_clock(child, function)


def test_deadlines_of_money_go_by_the_databases_time() -> None:
    """Where money is decided about, only what is listed reads the node's clock, and no entry is outdated."""
    found = {
        f"{file.relative_to(ROOT).as_posix()} {function}"
        for folder in MONEY
        for file in (ROOT / folder).rglob("*.py")
        if ".now" in (text := file.read_text(encoding="utf-8"))
        for function in functions_by_the_nodes_clock(ast.parse(text))
    }
    listed = {function for functions in BY_THE_NODES_CLOCK.values() for function in functions}
    assert found - listed == set(), "decide by `await clock.at(connection)`: docs/rehearsal.md"
    assert listed - found == set()


def test_the_page_shows_the_servers_time_alone() -> None:
    """Scripts of the page read the visitor's clock only to measure durations, and to name days."""
    folders = [*(ROOT / "web" / "packages").glob("*/src"), ROOT / "web" / "demo"]
    files = [file for folder in folders for kind in ("*.ts", "*.tsx") for file in folder.rglob(kind)]
    assert files
    found = {
        file.relative_to(ROOT).as_posix() for file in files if JAVASCRIPT.search(file.read_text("utf-8"))
    }
    assert found == set(IN_THE_BROWSER)


def test_readings_are_found_in_any_form() -> None:
    """The check finds calls, references that are passed on, imports under another name, and SQL."""
    code = """
import datetime as d
from time import time
a = datetime.now(UTC)
b = field(default_factory=datetime.utcnow)
c = d.datetime.now()
e = SystemClock()
f = field(default_factory=SystemClock)
g = text("SELECT now( )")
h = func.now()
i = loop.time() + monotonic()
from foundation.storage.clock import SystemClock as Watch
j = Watch()
from datetime import datetime as dt
k = dt.now()
"""
    assert sorted(readings(ast.parse(code))) == [
        "SQL 'SELECT now( )'",
        "SystemClock",
        "SystemClock",
        "SystemClock",
        "datetime.now",
        "datetime.now",
        "datetime.now",
        "datetime.utcnow",
        "func.now",
        "time.time",
    ]


def test_readings_of_the_nodes_clock_are_found_by_their_function() -> None:
    """Of the product's and of the machine's clock, called or passed on; `at` is no such reading."""
    code = """
class A:
    async def late(self):
        return self._clock.now() > await self.clock.at(connection)
    def passed(self):
        return partial(self.record, clock.machine.now), self.now()
"""
    assert list(functions_by_the_nodes_clock(ast.parse(code))) == ["late", "passed"]
