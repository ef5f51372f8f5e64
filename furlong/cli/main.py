"""The entry point of `furlong`: it imports a command's module only when that command is run."""

import atexit
import gc
import platform
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand

from foundation.late_imports import NotInstalled
from foundation.plain_help import PlainGroup, make_plain
from foundation.quick_imports import quick_imports


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of commands.

    Attributes:
        module: The module that has the command.
        attribute: Its name there, of a function or of a `typer.Typer` with commands.
        help: The line that `furlong --help` shows; a test compares it with the command's own.
    """

    module: str
    attribute: str
    help: str

    def load(self, name: str) -> Any:
        """Import the command, and return it as a click command."""
        try:
            with quick_imports():
                command = getattr(import_module(self.module), self.attribute)
        except NotInstalled as error:
            typer.echo(f"furlong: {error}", err=True)
            raise SystemExit(1) from error
        holder = typer.Typer()
        if isinstance(command, typer.Typer):
            holder.add_typer(command, name=name)
        else:
            holder.command(name)(command)
        loaded = typer.main.get_group(holder).commands[name]
        make_plain(loaded)
        return loaded

    def stub(self, name: str) -> TyperCommand:
        """Return a placeholder for lists of commands."""
        panel = next(panel for panel, names in PANELS.items() if name in names)
        return TyperCommand(name, help=self.help, rich_help_panel=panel)


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
        "Serve the graph and the page; the settings say whether subgraphs run in this process or over HTTP.",
    ),
    "consume": Command(
        f"{PROCESSES}.consume",
        "consume",
        "Consume a subgraph's topics into its tables, or all topics into the store of analytics, until "
        "stopped.",
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
        f"{INSTALL}.backup",
        "backup",
        "Back up all databases, those of each server as of one moment, while everything runs.",
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
        "Show what the club owes and gave as goodwill, in money, and the use of budgets, in rewards.",
    ),
    "analytics": Command(
        "furlong.cli.analytics", "cli", "Questions about everything that happened, over all cells."
    ),
    "topics": Command(f"{INSTALL}.setup", "topics", "The Kafka topics."),
    "db": Command(f"{INSTALL}.db", "cli", "The databases."),
    "reconcile": Command(
        f"{OPERATIONS}.reconcile", "cli", "Compare data that are stored twice, and repair differences."
    ),
    "review": Command(f"{OPERATIONS}.review", "cli", "Bets that wait for a person's decision."),
    "subgraph": Command(
        f"{PROCESSES}.subgraph",
        "cli",
        "A single subgraph: its schema (`furlong subgraph club sdl`), or serving it (`… serve`).",
    ),
    "deadletters": Command(
        f"{OPERATIONS}.deadletters", "cli", "Records that could not be applied, by consumer."
    ),
    "funds": Command(
        f"{PROCESSES}.funds", "cli", "Customers' money for other processes: serve it, compare it."
    ),
    "payments": Command(
        f"{PROCESSES}.payments",
        "cli",
        "Deposits and withdrawals: hear processors, compare reports, list cases.",
    ),
    "seamless": Command(
        f"{PROCESSES}.seamless", "cli", "Games of an aggregator, played with customers' money."
    ),
    "worker": Command(
        f"{PROCESSES}.workers", "cli", "Background work, until stopped; safe on several nodes."
    ),
    "week": Command(f"{OPERATIONS}.week", "cli", "Show the state of weeks; open or close one by hand."),
    "wallet": Command(
        "furlong.cli.wallet", "cli", "Close the days of customers' money, verify and export closes."
    ),
    "global": Command(
        f"{OPERATIONS}.global_messages",
        "cli",
        "What holds on all nodes, and which of them have applied it.",
    ),
    "switch": Command(
        f"{OPERATIONS}.global_messages",
        "switch",
        "Kill switches of brands, rewards and providers, on all nodes.",
    ),
    "reward": Command(
        f"{OPERATIONS}.reward",
        "cli",
        "Versions of rewards: list them; pause, resume, withdraw or recall one.",
    ),
    "brand": Command(
        f"{OPERATIONS}.backoffice.brand",
        "cli",
        "Brands: their names, languages and themes, in revisions, on all nodes.",
    ),
    "provider": Command(
        f"{PROCESSES}.provider",
        "cli",
        "Providers of all kinds: try one, switch one off; configurations of those that pay rewards; health.",
    ),
    "backlog": Command(
        f"{OPERATIONS}.backoffice.backlog",
        "cli",
        "What waits: the lag of consumers, outboxes, changes in doubt.",
    ),
    "cell": Command(f"{OPERATIONS}.cell", "cli", "Cells: which databases have which customers."),
    "customer": Command(
        f"{OPERATIONS}.customer",
        "cli",
        "Export a customer's data, erase a customer, end a customer's sessions.",
    ),
    "import": Command(f"{INSTALL}.setup", "imports", "Import weeks that were run by hand before."),
    "fulfilment": Command(
        f"{OPERATIONS}.fulfilment",
        "cli",
        "Rewards in review, stopped providers, comparisons with providers' journals.",
    ),
    "content": Command(
        f"{OPERATIONS}.backoffice.content",
        "cli",
        "Reward content: read it, check it, store drafts; each command signs you in.",
    ),
    "backoffice": Command(
        f"{PROCESSES}.backoffice", "cli", "The back office: serve it; its accounts and its graph."
    ),
    "audit": Command(
        f"{OPERATIONS}.backoffice.audit", "cli", "The back office's audit log: verify its chain, export it."
    ),
    "jit": Command("furlong.cli.jit", "cli", "Compiled execution: `furlong jit show QUERY`."),
    "clock": Command(
        f"{INSTALL}.clock",
        "cli",
        "The time of a rehearsal; all processes of the installation follow it at once.",
    ),
    "simulator": Command("furlong.cli.simulator", "cli", "Stand in for the upstream."),
    "gateway": Command("gateway.cli", "cli", "A Federation 2 gateway for any supergraph."),
    "new": Command("furlong.cli.new", "cli", "Begin a part in a checkout: working code with tests."),
}
"""The commands by name, in the order of the reference."""

PANELS: Final = {
    "Try it": ("demo", "token", "simulator", "clock"),
    "Set it up": ("settings", "db", "topics", "load", "import", "check"),
    "Run it": (
        "serve",
        "consume",
        "worker",
        "subgraph",
        "funds",
        "payments",
        "seamless",
        "gateway",
        "backoffice",
    ),
    "Weeks, rewards and customers": (
        *("week", "reward", "fulfilment", "liability", "wallet", "customer", "review"),
        *("brand", "content", "provider"),
    ),
    "Keep it running": (
        *("deadletters", "backlog", "reconcile", "switch", "global", "cell"),
        *("backup", "restore", "recover"),
    ),
    "Look inside": ("analytics", "audit", "jit"),
    "Extend it": ("new",),
}
"""The groups of `furlong --help`, each with its commands in order."""


class OnDemand(PlainGroup):
    """Lists commands without importing them: importing the whole product takes seconds."""

    def __init__(self, **attributes: Any) -> None:
        """List placeholders, among which typer also looks for what a misspelt name may mean."""
        super().__init__(**attributes)
        self.commands = {name: COMMANDS[name].stub(name) for names in PANELS.values() for name in names}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command to run, imported."""
        name, stub, rest = super().resolve_command(ctx, args)
        return name, COMMANDS[name].load(name) if name in COMMANDS else stub, rest

    def invoke(self, ctx: Any) -> Any:
        """Run a command; a wrong setting that it has not reported itself ends it with a message."""
        try:
            return super().invoke(ctx)
        except ValueError as error:
            from furlong.cli.diagnosis import is_of_settings
            from furlong.cli.options import fail

            if not is_of_settings(error):
                raise
            fail(error)


app = typer.Typer(
    cls=OnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A rewards club for betting sites, served as one federated GraphQL graph. "
    "`furlong demo` runs all of it on embedded parts; `furlong settings` lists what can be set.",
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's signature
    if wanted:
        typer.echo(f"furlong {version('furlong')} (Python {platform.python_version()})")
        raise typer.Exit


@app.callback()
def furlong(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Print the version of Furlong and of Python.",
        ),
    ] = False,
) -> None:
    """Make `furlong` a group of commands."""
    # At exit the interpreter collects garbage several times: that takes seconds after a demo, and finds
    # nothing.
    atexit.register(gc.freeze)
