"""Nothing is handed to a bank twice: whoever is killed or fails when, and whatever became of the files."""

import asyncio
import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace

from subgraphs.wallet.payments.processor import (
    Contradiction,
    PartKind,
    PartState,
    Payout,
    Unanswered,
    Unavailable,
)
from tests.subgraphs.wallet.payments.bank.failing_system import FailingSystem, Killed
from tests.subgraphs.wallet.payments.bank_account import Account, account_at
from tests.subgraphs.wallet.payments.played_bank import (
    ANN,
    BEN,
    Ordered,
    PlayedBank,
    bank_options,
    made_folders,
)

PAYOUT: Final = Payout(id="p1-p1", amount=700, currency="GBP", holder="Ann Example", account=ANN)
CALLS: Final = 14
"""How many calls of the operating system one payout takes, as `test_each_call_is_tried` finds."""

OPERATORS: Final = ("waits", "takes", "clears")


def operates(bank: PlayedBank, what: str) -> list[Ordered]:
    """Let an operator do something with the outbox; return the orders that the bank got."""
    taken = [] if what == "waits" else bank.takes_orders()
    if what == "clears":
        for file in (bank.folder / "sent").iterdir():
            file.unlink()
    return taken


async def test_each_call_is_tried(account: Account) -> None:
    """So that the tests below miss none."""
    system = FailingSystem()
    await account.another(system).pay_out(PAYOUT)
    assert len(system.names) == CALLS
    assert system.names.count("rename") == 2


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("at", range(CALLS))
@pytest.mark.parametrize("operator", OPERATORS)
async def test_a_payout_whose_process_was_killed_is_handed_over_once(
    account: Account, operator: str, at: int, *, is_done: bool
) -> None:
    """At each call, before or after it had its effect; also if what was sent is cleared away meanwhile."""
    with pytest.raises(Killed):
        await account.another(FailingSystem(at, is_done=is_done)).pay_out(PAYOUT)
    got = operates(account.bank, operator)
    for _ in range(2):
        assert (await account.another().pay_out(PAYOUT)).state is PartState.PROCESSING
        got += account.bank.takes_orders()
    assert [order.part for order in got] == [PAYOUT.id]


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("at", range(CALLS))
async def test_a_fault_says_what_may_be_there(account: Account, at: int, *, is_done: bool) -> None:
    """Unavailable means that the bank has nothing; Unanswered that asking again, or repeating, ends it."""
    full = FailingSystem(at, lambda: OSError(errno.ENOSPC, "no space left"), is_done=is_done)
    with pytest.raises((Unavailable, Unanswered)) as fault:
        await account.another(full).pay_out(PAYOUT)
    handed_over = len(account.bank.orders())
    if fault.type is Unavailable:
        assert handed_over == 0
        assert await account.processor.ask(PartKind.PAYOUT, PAYOUT.id, "") is None
    stands = await account.processor.ask(PartKind.PAYOUT, PAYOUT.id, "")
    assert (stands is not None) == (handed_over == 1)
    await account.processor.pay_out(PAYOUT)
    assert [order.part for order in account.bank.takes_orders()] == [PAYOUT.id]
    assert sorted(os.listdir(account.bank.folder / "outbox")) == []  # noqa: PTH208 - hidden files, too


async def test_writers_at_once_hand_over_each_once(account: Account) -> None:
    """Eight of them, of the same three payouts, while an operator takes what is there."""
    payouts = [replace(PAYOUT, id=f"p{number}-p1", amount=number) for number in (1, 2, 3)]
    got = []
    sent = [asyncio.create_task(account.another().pay_out(payout)) for payout in payouts * 8]
    while not all(task.done() for task in sent):
        got += account.bank.takes_orders()
        await asyncio.sleep(0.001)
    await asyncio.gather(*sent)
    got += account.bank.takes_orders()
    assert sorted(order.amount for order in got) == [1, 2, 3]


async def test_another_payout_under_an_id_contradicts(account: Account) -> None:
    """Another amount, holder or account: nothing is written; another day does not matter."""
    await account.processor.pay_out(PAYOUT)
    for other in ({"amount": 701}, {"holder": "Ben Example"}, {"account": BEN}):
        with pytest.raises(Contradiction):
            await account.another().pay_out(replace(PAYOUT, **other))
    account.clock.advance(account.clock.now() - account.clock.now().replace(month=1))
    again = await account.another().pay_out(PAYOUT)
    assert again.state is PartState.PROCESSING
    assert [order.amount for order in account.bank.orders()] == [700]


@pytest.mark.parametrize("place", ["outbox", "sent"])
async def test_a_lost_record_is_made_up_for_by_the_file(account: Account, place: str) -> None:
    """As after an older copy of the records was brought back."""
    await account.processor.pay_out(PAYOUT)
    if place == "sent":
        account.bank.takes_orders()
    for record in (account.bank.folder / "records").iterdir():
        record.unlink()
    await account.another().pay_out(PAYOUT)
    assert [order.part for order in account.bank.orders()] == [PAYOUT.id]
    file = account.bank.folder / place / f"{PAYOUT.id}.xml"
    for record in (account.bank.folder / "records").iterdir():
        record.unlink()
    file.write_bytes(file.read_bytes().replace(b"7.00", b"8.00"))
    with pytest.raises(Contradiction):
        await account.another().pay_out(PAYOUT)


async def test_a_hidden_file_that_was_changed_is_not_handed_over(account: Account) -> None:
    """It is not what was recorded."""
    with pytest.raises(Killed):
        await account.another(FailingSystem(CALLS - 2)).pay_out(PAYOUT)
    hidden = account.bank.folder / "outbox" / f".{PAYOUT.id}.xml.new"
    hidden.write_bytes(hidden.read_bytes().replace(ANN.encode(), BEN.encode()))
    with pytest.raises(Contradiction):
        await account.another().pay_out(PAYOUT)
    assert account.bank.orders() == []


async def test_a_record_that_cannot_be_read_stops_its_part_alone(account: Account) -> None:
    """It is nothing to write over: a person has to look; others go on."""
    await account.processor.pay_out(PAYOUT)
    (account.bank.folder / "records" / f"{PAYOUT.id}.payout.json").write_text("{")
    with pytest.raises(Contradiction):
        await account.another().pay_out(PAYOUT)
    with pytest.raises(Unanswered):
        await account.another().ask(PartKind.PAYOUT, PAYOUT.id, "")
    assert (await account.processor.pay_out(replace(PAYOUT, id="p2-p1"))).state is PartState.PROCESSING


async def test_files_are_for_their_owner_alone(account: Account) -> None:
    """Orders have names and accounts of customers in them."""
    await account.processor.pay_out(PAYOUT)
    files = [file for file in account.bank.folder.rglob("*") if file.is_file()]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert len(files) == 3


@pytest.mark.parametrize("name", ["outbox", "sent", "records", ""])
async def test_a_folder_that_is_a_link_or_missing_is_unavailable(account: Account, name: str) -> None:
    """Nothing is written where it leads to; a question is not answered."""
    place = account.bank.folder / name
    elsewhere = account.bank.folder.parent / "elsewhere"
    place.rename(elsewhere)
    for _ in ("missing", "link"):
        with pytest.raises(Unavailable):
            await account.processor.pay_out(PAYOUT)
        with pytest.raises(Unanswered):
            await account.processor.ask(PartKind.PAYOUT, PAYOUT.id, "")
        if not place.is_symlink():
            place.symlink_to(elsewhere)
    assert not list(elsewhere.rglob("*.xml*"))


async def test_links_among_the_files_are_not_followed(account: Account, tmp_path: Path) -> None:
    """What somebody has put where a file of ours goes is neither read nor written."""
    precious = tmp_path / "precious"
    precious.write_text("keep")
    outbox = account.bank.folder / "outbox"
    (outbox / f".{PAYOUT.id}.xml.new").symlink_to(precious)
    await account.processor.pay_out(PAYOUT)
    other = replace(PAYOUT, id="p2-p1")
    (outbox / f"{other.id}.xml").symlink_to(precious)
    with pytest.raises((Unavailable, Unanswered)):
        await account.processor.pay_out(other)
    assert precious.read_text() == "keep"


PROGRAM: Final = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from subgraphs.wallet.payments.bank.adapter import BankProcessor
from subgraphs.wallet.payments.processor import Payout
from tests.subgraphs.wallet.payments.played_bank import bank_options
bank = BankProcessor(bank_options(Path(sys.argv[1])), lambda: datetime(2026, 11, 20, tzinfo=UTC))
async def work():
    for number in range(int(sys.argv[2])):
        await bank.pay_out(Payout(
            id=f"p{number}-p1", amount=number + 1, currency="GBP", holder="Ann", account=sys.argv[3]))
    print("all", flush=True)
print("ready", flush=True)
asyncio.run(work())
"""


@pytest.mark.usefixtures("processes")
def test_processes_that_are_killed_hand_over_each_once(tmp_path: Path) -> None:
    """Two at a time, killed at any moment and begun anew, while the outbox and `sent` are cleared."""
    account = account_at(bank_options(made_folders(tmp_path / "bank")))
    count, got, chance = 25, [], random.Random(1)  # noqa: S311 - repeatable on purpose
    command = [sys.executable, "-c", PROGRAM, str(account.bank.folder), str(count), ANN]
    is_over, rounds = False, 0
    while not is_over:
        rounds += 1
        writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        ends = time.monotonic() + chance.uniform(0.02, 0.3) * rounds
        while time.monotonic() < ends and any(writer.poll() is None for writer in writers):
            got += operates(account.bank, "clears")
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            is_over = writer.communicate()[0] == "all\n" or is_over
        got += account.bank.takes_orders()
    assert sorted(order.amount for order in got) == list(range(1, count + 1))
