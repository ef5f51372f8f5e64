"""Where each command of `furlong` is, and its line of help, so that only the one that runs is imported."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of commands.

    Attributes:
        module: where it is.
        attribute: a function, or a `typer.Typer` of commands.
        help: the line that `furlong --help` shows; a test compares it with the command's own.
    """

    module: str
    attribute: str
    help: str

    def load(self, name: str) -> Any:
        """Import the command, and return it as click knows it."""
        found = getattr(import_module(self.module), self.attribute)
        holder = typer.Typer()
        if isinstance(found, typer.Typer):
            holder.add_typer(found, name=name)
        else:
            holder.command(name)(found)
        return typer.main.get_group(holder).commands[name]

    def stub(self, name: str) -> TyperCommand:
        """Return what a list of commands shows."""
        return TyperCommand(name, help=self.help)


PROCESSES: Final = "furlong.cli.processes"
INSTALL: Final = "furlong.cli.install"
OPERATIONS: Final = "furlong.cli.operations"

COMMANDS: Final = {
    "demo": Command(
        f"{PROCESSES}.demo",
        "demo",
        "Run the whole product in one process on embedded parts: no server to install.",
    ),
    "serve": Command(
        f"{PROCESSES}.serve",
        "serve",
        "Serve the graph and the page: a gateway with its subgraphs in process, or over HTTP by settings.",
    ),
    "consume": Command(
        f"{PROCESSES}.consume", "consume", "Consume a subgraph's topics into its tables, until stopped."
    ),
    "load": Command(
        f"{INSTALL}.setup",
        "load",
        "Load brands, schemes, reward content and budgets: `+` new, `~` changed, `-` removed, `=` unchanged.",
    ),
    "token": Command(
        f"{INSTALL}.setup",
        "token",
        "Make a session token with the demo's key or with FURLONG_JWT_SECRET, valid for 24 hours.",
    ),
    "settings": Command(
        f"{INSTALL}.setup", "settings", "List all settings: environment variable, default, meaning."
    ),
    "check": Command(
        f"{OPERATIONS}.check",
        "check",
        "Test every dependency that the settings name, and say what is wrong.",
    ),
    "backup": Command(
        f"{INSTALL}.backup", "backup", "Back up all databases as of one moment, while everything runs."
    ),
    "restore": Command(f"{INSTALL}.backup", "restore_backup", "Restore databases from a backup."),
    "recover": Command(
        f"{INSTALL}.backup",
        "recover",
        "Bring databases that were lost or restored up to date from the topics, and report what is missing.",
    ),
    "liability": Command(
        f"{OPERATIONS}.liability",
        "liability",
        "Show what the club owes, in minor units, and the use of budgets, in numbers of rewards.",
    ),
    "topics": Command(f"{INSTALL}.setup", "topics", "The Kafka topics."),
    "db": Command(f"{INSTALL}.db", "cli", "The databases."),
    "reconcile": Command(f"{OPERATIONS}.reconcile", "cli", "Compare what is stored twice, and repair it."),
    "review": Command(f"{OPERATIONS}.review", "cli", "What waits for a person."),
    "subgraph": Command(
        f"{PROCESSES}.subgraph", "cli", "One subgraph: `furlong subgraph club sdl`, … `serve`."
    ),
    "deadletters": Command(
        f"{OPERATIONS}.deadletters", "cli", "Records that could not be applied, by consumer."
    ),
    "worker": Command(
        f"{PROCESSES}.workers", "cli", "Background work, until stopped; safe on several nodes."
    ),
    "week": Command(f"{OPERATIONS}.week", "cli", "The state of weeks; opening and closing one by hand."),
    "reward": Command(
        f"{OPERATIONS}.reward",
        "cli",
        "Versions of rewards: list them; pause, resume, withdraw or recall one.",
    ),
    "customer": Command(
        f"{OPERATIONS}.customer", "cli", "Export what is kept of a customer, erase it, end its sessions."
    ),
    "import": Command(f"{INSTALL}.crm_import", "cli", "Import what was done by hand before."),
    "fulfilment": Command(
        f"{OPERATIONS}.fulfilment",
        "cli",
        "Rewards in review, stopped providers, comparisons with their books.",
    ),
    "jit": Command("furlong.cli.jit", "cli", "Compiled execution: `furlong jit show QUERY`."),
    "clock": Command(
        f"{INSTALL}.clock",
        "cli",
        "The time of a rehearsal; all processes of the installation follow it at once.",
    ),
    "simulator": Command("furlong.cli.simulator", "cli", "Stand in for the upstream squad."),
    "gateway": Command("gateway.cli", "cli", "A Federation 2 gateway for any supergraph."),
}
"""By name, in the order of the help."""
