"""Options of one name are of one kind in all commands, and every list takes `--json`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from furlong.cli.main import COMMANDS
from subgraphs.block_list import SUBGRAPHS

NOT_LISTS = frozenset(
    {
        *("global forget", "switch off", "switch on"),
        *(
            "backup",
            "clock advance",
            "clock reset",
            "clock set",
            "consume",
            "customer sign-out",
        ),
        *("brand change", "brand show", "cell claim", "cell mirror", "worker purges"),
        "new block",
        "new provider",
        *(f"provider {what}" for what in ("approve", "rollback", "run", "submit")),
        *("analytics ask", "analytics report"),  # --format json
        *("audit export", "audit verify", "backoffice code", "backoffice sdl", "backoffice serve"),
        *(f"backoffice user {what}" for what in ("add", "disable", "enable", "reset", "roles")),
        *("content lint", "content save", "content show"),
        *(
            "db adopt",
            "db close",
            "db open",
            "db upgrade",
            "deadletters replay",
            "deadletters show",
            "demo",
            "fulfilment credited",
        ),
        *(
            "fulfilment hold",
            "fulfilment reconcile",
            "fulfilment resume",
            "fulfilment retry",
            "fulfilment stop",
            "funds serve",
            "payments serve",
            "payments compare",
        ),
        *("gateway key new", "gateway key public", "gateway plan", "gateway schema", "gateway serve"),
        *("import crm", "jit show"),
        *("load", "reconcile progress", "reconcile upstream", "restore", "review disputed assign"),
        *("review late accept", "review late reject", "reward pause", "reward recall", "reward resume"),
        *(
            "reward withdraw",
            "seamless serve",
            "serve",
            "simulator bank",
            "simulator bet",
            "simulator casino",
            "simulator content",
            "simulator feeds",
        ),
        *(
            "simulator exchange",
            "simulator feed",
            "simulator openapi",
            "simulator operator",
            "simulator payments",
            "simulator providers",
            "simulator serve",
            "token",
            "topics create",
            "week close",
            "week open",
        ),
        *("worker events-upkeep", "worker feeds", "worker fulfilment", "worker intents"),
        *("worker bets-upkeep", "worker lobby-upkeep"),
        "worker wallet-upkeep",
        "worker wallet-operators",
        *("worker wallet-cashier", "worker wallet-closes", "wallet close", "wallet export", "wallet verify"),
        *("worker outbox", "worker weeks"),
        *(f"subgraph {name} {what}" for name in SUBGRAPHS for what in ("sdl", "serve")),
    }
)
"""Commands that do something, or print one thing; a new list has `--json` instead of a place here."""
SEVERAL_KINDS = frozenset({"--supergraph"})
"""`furlong gateway serve --supergraph` takes a URL as well as a file."""


def leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the commands that do something, by their whole names."""
    below = getattr(command, "commands", {})
    if not below or command.invoke_without_command:
        yield name, command
    for each, found in below.items():
        yield from leaves(found, f"{name} {each}")


ALL = dict(pair for name, entry in COMMANDS.items() for pair in leaves(entry.load(name), name))


def test_every_command_without_json_is_known_to_be_no_list() -> None:
    """A new command takes `--json`, or is named above because it lists nothing."""
    without = {name for name, each in ALL.items() if not any("--json" in param.opts for param in each.params)}
    assert without == NOT_LISTS


def test_options_of_one_name_are_of_one_kind() -> None:
    """They take the same type of value under the same name, so that operators need not look them up."""
    kinds: dict[str, dict[tuple[str, Any], list[str]]] = {}
    for name, command in ALL.items():
        for param in command.params:
            if param.param_type_name == "option" and param.opts[0] not in SEVERAL_KINDS | {"--help"}:
                kind = (str(param.type_descriptor.annotation), param.metavar)
                kinds.setdefault(param.opts[0], {}).setdefault(kind, []).append(name)
    assert {option: found for option, found in kinds.items() if len(found) > 1} == {}
