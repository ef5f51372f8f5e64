"""`furlong wallet …`: the closes of the ledger's days."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from furlong.cli.command_work import run_with
from furlong.cli.json_lists import AsJson, echo_list
from furlong.cli.options import fail, log_to_stderr, product_clock, read_settings

if TYPE_CHECKING:
    from foundation.storage.database import Database
    from subgraphs.wallet.closing.chain import CloseHead
    from subgraphs.wallet.closing.close import Close, StoredClose
    from subgraphs.wallet.closing.settings import CloseSettings

cli = typer.Typer(no_args_is_help=True, help="Close the days of customers' money, verify and export closes.")
MAX_EXPORTED: Final = 1_000
MAX_REASON: Final = 200
RUNBOOK: Final = "docs/runbooks/failed-close.md"


@cli.command()
def close(
    *,
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day in UTC; by default all that are over.")
    ] = None,
    begins: Annotated[
        str,
        typer.Option(
            help="Why openings are not compared with the close before, such as a restored backup. "
            "If no day is over, the next close says it."
        ),
    ] = "",
) -> None:
    """Close a day of the ledger, or all that are over. Exits with 1 if one differs: payouts stop then."""
    from subgraphs.wallet.closes import closer_of, require_right_clock
    from subgraphs.wallet.closing.close import UnreadableClose
    from subgraphs.wallet.closing.closer import NotClosable

    log_to_stderr(quiet=True)
    wanted, settings = _day(day), _settings()
    if len(begins) > MAX_REASON:
        fail(f"--begins has at most {MAX_REASON} characters")

    async def work(database: Database) -> bool:
        """Tell each close as soon as it is there; return whether one differs."""
        closer = closer_of(database, settings)
        await require_right_clock(database, product_clock())
        days = await closer.due() if wanted is None else [wanted]
        if begins and len(days) > 1:
            fail(f"--begins is for one day: name it with --day {days[0]}")
        differs = False
        for due in days:
            stored = await closer.close(due, begins)
            typer.echo("\n".join(_told(stored)))
            if begins and stored.close.begins != begins:
                fail(f"{due} was closed before, without this reason")
            differs = differs or stored.differences > 0
        if not days:
            typer.echo("All days that are over are closed.")
            await _note(database, begins)
        return differs

    if run_with(("wallet",), work, NotClosable, UnreadableClose):
        fail(f"payouts of what differs are stopped: {RUNBOOK}")


async def _note(database: Database, begins: str) -> None:
    """Note why the next close does not continue the last one; "" if it does."""
    from subgraphs.wallet.closing.chain import begin_anew
    from subgraphs.wallet.models import CLOSES

    if begins:
        async with database.write() as connection:
            await begin_anew(connection, CLOSES, begins)
        typer.echo(f"The next close begins anew: {begins}")


@cli.command()
def closes(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The maximum number.")] = 31,
    as_json: AsJson = False,
) -> None:
    """List the closes, the newest first, and what stops payouts."""
    from subgraphs.wallet.closing.chain import newest_first
    from subgraphs.wallet.closing.close import UnreadableClose
    from subgraphs.wallet.closing.holds import PayoutHold, open_holds
    from subgraphs.wallet.models import CLOSES

    async def work(database: Database) -> tuple[list[StoredClose], list[PayoutHold]]:
        async with database.read() as connection:
            stored = await newest_first(connection, CLOSES, limit)
            return list(stored), await open_holds(connection, CLOSES)

    stored, holds = run_with(("wallet",), work)
    try:
        echo_list(
            stored,
            as_json=as_json,
            heads=("sequence", "day", "differences", "signature", "hash"),
            cells=lambda one: (
                one.sequence,
                one.day,
                one.differences,
                "signed" if one.signature else "unsigned",
                one.hash,
            ),
            facts=_facts,
            nothing="No day is closed yet.",
        )
    except UnreadableClose as fault:
        fail(fault)
    if not as_json:
        for hold in holds:
            typer.echo(f"Payouts in {hold.currency} are stopped since {hold.day}: {RUNBOOK}")


@cli.command()
def verify(
    *,
    noted: Annotated[
        str | None,
        typer.Option(
            metavar="SEQUENCE:HASH",
            help="A close that was noted earlier, where the database's owner cannot change it.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--rows-from", metavar="YYYY-MM-DD", help="The first day whose transfers are read again."
        ),
    ] = None,
) -> None:
    """Check the chain of closes, and that the ledger's rows are still those; the exit status is 1 otherwise.

    Whoever owns the database can write a new chain. A signature shows that, or a close that was noted.
    """
    from subgraphs.wallet.closes import verifier_of

    first, known, settings = _day(since), _anchor(noted), _settings()
    found = run_with(("wallet",), lambda database: verifier_of(database, settings).verify(known, first))
    for fault in found.faults:
        day = f", {fault.day}" if fault.day else ""
        typer.echo(f"close {fault.sequence}{day}: {fault.fault.value}")
    for difference in found.differences:
        about = " ".join(filter(None, (difference.account_id, difference.about)))
        typer.echo(f"ledger, {about}: {difference.what}")
    last = f"; the last one is {found.last.sequence}:{found.last.hash}" if found.closes else ""
    typer.echo(f"{found.closes} closes{last}")
    if found.unsigned:
        typer.echo(f"{found.unsigned} are unsigned.")
    for key in found.unknown_keys:
        typer.echo(f"The key {key}, which has signed closes, is not in FURLONG_WALLET_CLOSE_KEYS_FILE.")
    if found.faults or found.differences:
        fail(f"closes or the ledger were changed: {RUNBOOK}")
    if found.unknown_keys:
        fail(
            "nobody can tell who signed these closes: put the public part of each key of yours into the file"
        )
    typer.echo("All closes are as they were made, and the ledger is right.")


@cli.command()
def export(
    file: Annotated[Path, typer.Argument(help="A new file, in the format of beancount 3.")],
    *,
    day: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="One day in UTC.")] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day.")] = None,
    end: Annotated[str | None, typer.Option("--through", metavar="YYYY-MM-DD", help="The last day.")] = None,
) -> None:
    """Export closes for bookkeeping: sums by brand, currency, account and reason, and no customer's id."""
    from subgraphs.wallet.closing.close import UnreadableClose
    from subgraphs.wallet.closing.export import exported

    first, last = _day(day or start), _day(day or end)
    if first is None or last is None or bool(day) is bool(start or end):
        fail("give --day, or --from and --through")
    closes = run_with(("wallet",), lambda database: _closes_of(database, first, last), UnreadableClose)
    text = "".join(f"{line}\n" for line in exported(closes))
    try:
        with file.open("x", encoding="utf-8") as output:
            output.write(text)
    except FileExistsError:
        fail(f"{file} exists already: name a new file")
    except OSError as error:
        fail(error)
    typer.echo(f"Exported {len(closes)} closes to {file}.")


async def _closes_of(database: Database, first: date, last: date) -> list[Close]:
    from subgraphs.wallet.closing.chain import of_days
    from subgraphs.wallet.models import CLOSES

    days = (last - first).days + 1
    if not 1 <= days <= MAX_EXPORTED:
        fail(f"an export has 1 to {MAX_EXPORTED:,} days")
    async with database.read() as connection:
        stored = await of_days(connection, CLOSES, first, last)
    if len(stored) != days:
        fail(f"{len(stored)} of these {days} days are closed: `furlong wallet closes` lists them")
    return [one.close for one in stored]


def _settings() -> CloseSettings:
    from subgraphs.wallet.closing.settings import CloseSettings

    return read_settings(CloseSettings)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is not a day such as 2026-11-28")


def _anchor(text: str | None) -> CloseHead | None:
    from subgraphs.wallet.closing.chain import CloseHead

    if text is None:
        return None
    sequence, _, hash_ = text.partition(":")
    if not (sequence.isdecimal() and hash_):
        fail(f"{text!r} is not SEQUENCE:HASH, as `furlong wallet verify` prints it")
    return CloseHead(int(sequence), hash_)


def _told(stored: StoredClose) -> list[str]:
    signed = "signed" if stored.signature else "unsigned"
    head = f"{stored.day}: {stored.differences} differences, {signed}, {stored.sequence}:{stored.hash}"
    return [head, *(f"  {difference.words}" for difference in stored.close.differences)]


def _facts(stored: StoredClose) -> dict[str, Any]:
    return {
        "sequence": stored.sequence,
        "day": stored.day,
        "hash": stored.hash,
        "signed": bool(stored.signature),
        "differences": [difference.words for difference in stored.close.differences],
    }
