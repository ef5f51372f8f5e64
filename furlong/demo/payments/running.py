"""Runs the demo's payments: played processors beside it, and the listener for their webhooks.

What processors know is in the data folder, so that payments go on after the demo was killed at any point.
They live by the machine's clock, as payments do, also while the demo's own clock is moved.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from foundation.late_imports import NotInstalled
from furlong.demo.kept_ports import KeptPorts, serving_at
from furlong.demo.money.wallets import DemoWallet
from furlong.demo.payments.file import BANK, folder_in, payments_in, write_file
from furlong.demo.ready_file import DemoPayments
from furlong.serve.http_server import own_names_only, serving
from furlong.workers.money.payments_server import payments_server
from simulator.payments.serve import PaymentSettings, ServedPayments, serving_payments
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.paying.opened import opened_payments
from subgraphs.wallet.paying.webhooks import PATH
from subgraphs.wallet.payments.bank.options import require_lxml
from subgraphs.wallet.payments.configuration import PaymentsSettings
from subgraphs.wallet.payments.stripe.adapter import require_sdk

PORTS: Final = "ports.json"
CARDS: Final = "stripe-demo"
"""The processor of cards in the file of payments."""

CARDS_FOLDER: Final = "cards"
LOOK_SECONDS: Final = 0.2
"""How often the processor looks for what is due: seldom enough for a laptop."""


@dataclass(frozen=True, slots=True)
class RunningPayments:
    """Payments of the demo.

    Attributes:
        given: What the wallet's subgraph and workers are given; without payments nothing, so that the
            environment says which there are.
        facts: Where they are, or why there are none.
    """

    given: GivenSettings
    facts: DemoPayments


@asynccontextmanager
async def running_payments(
    wallets: Sequence[DemoWallet], data: Path, url: str
) -> AsyncIterator[RunningPayments]:
    """Take payments while the block runs, unless they cannot be taken here.

    Args:
        wallets: The wallets of the demo, which have payments if there is only one.
        data: The data folder.
        url: The demo's page, to which customers come back.
    """
    missing = why_not(wallets)
    if missing:
        yield RunningPayments(GivenSettings(), DemoPayments(off=missing))
        return
    wallet, ports = wallets[0].wallet, KeptPorts(folder_in(data) / PORTS)
    settings = payments_in(data, url)
    with ports.listen("webhooks") as listener:
        webhooks = f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
        from furlong.demo.payments.bank import playing_bank  # noqa: PLC0415 - needs lxml, which is there

        folder = folder_in(data)
        async with (
            _playing_cards(wallet, folder / CARDS_FOLDER, ports, webhooks) as cards,
            playing_bank(folder / BANK, ports, wallet.clock.machine) as bank,
        ):
            at_bank = {"folder": str(folder / BANK), "payees_url": f"{bank.control_url}/payees"}
            write_file(data, {CARDS: {"api_base": cards.url}, BANK: at_bank})
            payments = opened_payments(wallet, settings)
            try:
                async with serving(payments_server(wallet, payments), listener, own_names_only()):
                    facts = DemoPayments(
                        processor=cards.url,
                        control=cards.control_url,
                        webhooks=webhooks,
                        bank=bank.control_url,
                    )
                    yield RunningPayments(GivenSettings(settings), facts)
            finally:
                await payments.close()


def why_not(wallets: Sequence[DemoWallet]) -> str:
    """Return why the demo plays no payments; "" if it does."""
    if PaymentsSettings().file is not None:
        return "those of FURLONG_PAYMENTS_FILE"
    if len(wallets) > 1:
        return "off with --cells: a processor knows one address for its webhooks"
    try:
        require_sdk()
        require_lxml()
    except NotInstalled as missing:
        return f"off: {missing}"
    return ""


@asynccontextmanager
async def _playing_cards(
    wallet: OpenedWallet, folder: Path, ports: KeptPorts, webhooks: str
) -> AsyncIterator[ServedPayments]:
    """Play the processor of cards while the block runs, on its ports of the last time if they are free."""
    free = PaymentSettings(
        webhooks=f"{webhooks}/{CARDS}", look_seconds=LOOK_SECONDS, clock=wallet.clock.machine
    )
    kept = replace(free, port=ports.of("processor"), control=ports.of("control"))
    async with serving_at(partial(serving_payments, folder), kept, free) as cards:
        ports.keep("processor", cards.url)
        ports.keep("control", cards.control_url)
        yield cards
