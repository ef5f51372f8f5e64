"""Whatever the declarations say can be switched on, a test switches on in a process and asks."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from tests.new import test_declared_block
from tests.recovery import test_several_servers
from tests.support.product.declared_switches import SHOWN, declared
from tests.whole import test_backoffice_days
from tests.whole.switched_on import test_gateway, test_product, test_shared_by_valkey

MODULES: Final[tuple[ModuleType, ...]] = (
    test_gateway,
    test_product,
    test_shared_by_valkey,
    test_backoffice_days,
    test_declared_block,
    test_several_servers,
)
"""Imported, so that their tests are known."""

_CELLS: Final = "processes of a cell have partitions of their own: tests/cells runs them"
_MOVES: Final = "a move is a command that ends: tests/cells/moving runs it"
_SIGNED_IN: Final = "it takes effect for people who have signed in: tests/backoffice signs them in"
NOT_HERE: Final[Mapping[str, str]] = {
    "FURLONG_GATEWAY__RESILIENCE__GUARD_IN_PROCESS": "a gateway by itself has no subgraph in its process",
    **dict.fromkeys(
        (
            "feature propagation",
            *(
                f"FURLONG_GATEWAY__PROPAGATION__HEADERS{rule}"
                for rule in ("", "=first", "=last", "=restrictive")
            ),
            *(f"FURLONG_GATEWAY__PROPAGATION__EXTENSIONS{rule}" for rule in ("", "=first", "=last")),
        ),
        "tests/gateway/features/propagation runs the command",
    ),
    **dict.fromkeys(
        ("feature uploads", "FURLONG_GATEWAY__UPLOADS__SUBGRAPHS"),
        "requests to subgraphs are signed here: tests/gateway/features/uploads runs the command",
    ),
    "FURLONG_GATEWAY__SUBSCRIPTIONS__PROTOCOLS=auto": "each subgraph has a protocol set here: "
    "tests/gateway/features/subscriptions/test_strawberry_subgraphs.py runs the command",
    "furlong demo": "tests/whole/shared_demo/test_demo.py runs it",
    **dict.fromkeys(("FURLONG_CELL", "FURLONG_CELL_PARTITIONS", "FURLONG_FULFILMENT_OTHER_CELLS"), _CELLS),
    **dict.fromkeys(("FURLONG_REGION", "FURLONG_REGION_MAP"), "tests/cells/regions has several regions"),
    **{
        f"FURLONG_CELL_MOVE_{name}": _MOVES
        for name in (
            *("SOURCE_URL", "SOURCE_URLS", "TARGET_URL", "TARGET_URLS"),
            *("TARGET_REGION", "TARGET_ACCOUNT", "ROUTER_SOCKET"),
        )
    },
    "FURLONG_DATABASE_PSEUDONYM_KEY": "erasing a customer is a command that ends: tests/erasure runs it",
    **dict.fromkeys(
        (
            *("furlong provider run", "furlong simulator exchange", "FURLONG_PROVIDERS_SECRET_FOLDER"),
            *(f"FURLONG_EXCHANGE_{name}" for name in ("AUTHORITY", "MARKETS", "EVENT_TYPES", "COUNTRIES")),
            "FURLONG_EXCHANGE_CONFLATE_MS",
        ),
        "tests/providers/exchange/test_killed_processes.py runs both commands",
    ),
    **dict.fromkeys(
        (
            "furlong simulator feed",
            *(
                f"FURLONG_FEED_{name}"
                for name in ("AUTHORITY", "USER", "VIRTUAL_HOST", "PRODUCERS", "SPORTS")
            ),
        ),
        "tests/providers/sports_feed/test_killed_feed.py runs both commands",
    ),
    **dict.fromkeys(
        (
            "furlong funds serve",
            *(f"FURLONG_FUNDS_{name}" for name in ("WALLETS", "KEYS_FILE", "KEYS", "KEY_BRANDS")),
        ),
        "tests/commands/test_funds_command.py runs it",
    ),
    **dict.fromkeys(
        (
            "furlong seamless serve",
            *(f"FURLONG_SEAMLESS_{name}" for name in ("PRIVATE_KEY_FILE", "PUBLIC_KEY_FILES", "BRANDS")),
            "FURLONG_SEAMLESS_MAXIMUM_WINS",
        ),
        "tests/commands/test_seamless_command.py runs it",
    ),
    **dict.fromkeys(
        (
            *("furlong payments serve", "furlong worker wallet-cashier", "furlong simulator payments"),
            *(f"FURLONG_PAYMENTS_{name}" for name in ("FILE", "SECRETS", "SECRET_FOLDER")),
        ),
        "tests/commands/test_payments_command.py runs it",
    ),
    "furlong simulator operator": "tests/commands/test_operator_commands.py runs it",
    "furlong simulator casino": "tests/simulator/casino/test_casino_command.py runs it",
    "furlong simulator bank": "tests/commands/test_bank_command.py runs it",
    "FURLONG_FEED_TLS": "tests/providers/sports_feed connects to RabbitMQ without it",
    **dict.fromkeys(
        ("furlong simulator content", "FURLONG_STATS_URL", "FURLONG_VIDEO_URL", "FURLONG_VIRTUAL_URL"),
        "tests/providers/content_processes.py runs both commands for each of the three",
    ),
    "FURLONG_ANALYTICS_URL": "it needs a ClickHouse server, which no machine of the tests has",
    **{
        f"FURLONG_ANALYTICS_{name}": "it changes what the store has after days: tests/analytics fills one"
        for name in ("RETENTION_DAYS", "RETENTION_BY_TABLE", "RATES_FILE")
    },
    "FURLONG_TOPICS_CHECK": "the embedded broker does not say how long it keeps messages: "
    "tests/services/test_topic_retention.py asks a real one",
    "FURLONG_JWT_JWKS_PLAIN_HTTP": "it concerns issuers on other machines",
    "FURLONG_FULFILMENT_SECRETS": "a folder has them here: tests/subgraphs/fulfilment runs a worker with it",
    **{
        f"FURLONG_BACKOFFICE_{name}": _SIGNED_IN
        for name in (*("MAIL_URL", "MAIL_FROM", "MAIL_DOMAINS", "OIDC_CLIENT_SECRET", "OIDC_ROLES"),)
    },
}
"""What cannot be on in these processes, with the reason."""


def test_everything_that_can_be_switched_on_is_shown() -> None:
    """By a test of a process that the command has started, or the list says why it cannot be."""
    missing = sorted(set(declared()) - SHOWN.keys() - NOT_HERE.keys())
    assert not missing, (
        f"No test shows by the command that these work: {', '.join(missing)}. Switch each on in a process of "
        "tests/whole/switched_on/gateways.py or products.py, ask that process one thing that only works with "
        "it, and name it in @shows. If it cannot be on there, say why in NOT_HERE."
    )


def test_nothing_else_is_claimed() -> None:
    """What is named exists, and is not in both lists."""
    assert sorted((SHOWN.keys() | NOT_HERE.keys()) - set(declared())) == []
    assert sorted(SHOWN.keys() & NOT_HERE.keys()) == []
