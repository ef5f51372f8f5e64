"""Each change that the admin graph offers is on a screen; what a command changes is a mutation, too."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from backoffice.areas import create_schema
from furlong.cli.main import COMMANDS

ROOT: Final = Path(__file__).resolve().parents[2]
SCREENS: Final = ROOT / "web" / "backoffice" / "src"
GENERATED: Final = SCREENS / "graph" / "generated"

COMMANDS_OF: Final = {
    "addUser": ("backoffice user add",),
    "approve": ("provider approve",),
    "changeBrand": ("brand change",),
    "changeRewardStatus": ("reward pause", "reward resume", "reward withdraw", "reward recall"),
    "disableUser": ("backoffice user disable",),
    "enableUser": ("backoffice user enable",),
    "forgetNode": ("global forget",),
    "openWeek": ("week open",),
    "proposeCloseWeek": ("week close",),
    "replayDeadLetter": ("deadletters replay",),
    "replayDeadLetters": ("deadletters replay",),
    "resetUser": ("backoffice user reset",),
    "rollBackProvider": ("provider rollback",),
    "saveContent": ("content save",),
    "setKillSwitch": ("switch off", "switch on"),
    "setProviderSwitch": ("switch off", "switch on", "provider disable", "provider enable"),
    "setRoles": ("backoffice user roles",),
    "submitProvider": ("provider submit",),
}
"""The commands that do what a mutation does, for scripts; the others are for people, on screens."""

ON_THE_NODE: Final = {
    "fulfilment credited": "a decision about one reward on the node that owes it",
    "fulfilment hold": "a decision about rewards on the node that owes them",
    "fulfilment resume": "of this node alone; `switch on provider` is for all",
    "fulfilment retry": "a decision about rewards on the node that owes them",
    "fulfilment stop": "of this node alone; `switch off provider` is for all",
    "provider run": "a process of this node, which runs until it is stopped",
}
"""Commands that change something and have no mutation, each with the reason."""

READS: Final = frozenset(
    {
        *("list", "show", "history", "status", "acknowledgements", "contrast", "diff", "health", "lint"),
        *("lag", "outboxes", "postponed", "intents", "reviews", "reconcile", "serve", "sdl", "code", "test"),
    }
)
GROUPS: Final = (
    *("backlog", "backoffice", "brand", "content", "deadletters", "fulfilment", "global", "provider"),
    *("reward", "switch", "week"),
)


def mutations() -> set[str]:
    """Return the mutations of the admin graph."""
    root = create_schema()._schema.mutation_type
    assert root is not None
    return set(root.fields)


def used_by_screens() -> set[str]:
    """Return the mutations that the screens' documents select, of those that a screen imports."""
    screens = [
        path.read_text(encoding="utf-8") for path in SCREENS.rglob("*.ts*") if path.parent != GENERATED
    ]
    imported = {name for screen in screens for name in re.findall(r"[A-Z_]{2,}", screen)}
    return {
        mutation
        for path in SCREENS.rglob("*.graphql")
        for name, mutation in re.findall(
            r"^mutation (\w+)[^{]*\{\s*(\w+)", path.read_text("utf-8"), re.MULTILINE
        )
        if re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper() in imported
    }


def leaves(command: Any, name: str) -> Iterator[str]:
    """Yield the whole names of the commands that do something."""
    below = getattr(command, "commands", {})
    if not below:
        yield name
    for each, found in below.items():
        yield from leaves(found, f"{name} {each}")


@pytest.fixture(scope="module")
def commands() -> set[str]:
    """The commands of the back office's groups."""
    return {name for group in GROUPS for name in leaves(COMMANDS[group].load(group), group)}


def test_each_mutation_is_on_a_screen() -> None:
    """What somebody may change, they can change on a screen."""
    assert mutations() - used_by_screens() == set()
    assert used_by_screens() <= mutations()


def test_each_command_of_a_mutation_exists(commands: set[str]) -> None:
    """Mutations and commands that were renamed fail here."""
    named = {command for each in COMMANDS_OF.values() for command in each}
    assert mutations() >= COMMANDS_OF.keys()
    assert named <= commands


def test_each_command_that_changes_something_is_a_mutation_or_has_a_reason(commands: set[str]) -> None:
    """A new command fails here until the graph can do it, too, or a reason says why not."""
    named = {command for each in COMMANDS_OF.values() for command in each}
    changing = {name for name in commands if name.split()[-1] not in READS}
    assert changing - named == ON_THE_NODE.keys()
