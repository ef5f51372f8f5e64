"""Serves the demo's wallets to fulfilment, whose rewards are credits in them.

The port is that of the last time as long as it is free: configurations of providers name it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from foundation.signatures import FixedKeys
from foundation.storage.clock import Clock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.kept_ports import KeptPorts
from furlong.demo.money.wallets import DemoWallet, opened_wallets
from furlong.demo.tokens import HOUSE_SECRET, house_key
from furlong.serve.http_server import own_names_only, serving
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.kit.credits import Credit, CreditAnswer, Credits, JournalPage
from subgraphs.kit.money_over_http.served_credits import credits_app
from subgraphs.kit.signed_endpoint import keys_of_secret

HOUSE_BRAND: Final = "lagunabet"
HOUSE_KINDS: Final = (RewardKind.FREE_BET, RewardKind.CASH)
"""What the wallet is given of the rewards of one brand; simulated companies pay all others."""

PORT_FILE: Final = "house.json"
KEY_HOURS: Final = 24 * 3_660
"""The wallet remembers keys for ever."""


@dataclass(frozen=True, slots=True)
class CreditsOfWallets:
    """The credits of all wallets: each customer's in their own (`Credits`)."""

    wallets: Sequence[DemoWallet]

    async def give(self, credit: Credit) -> CreditAnswer:
        """Give a credit, unless it has been given or withheld."""
        return await self._of(credit).give(credit)

    async def ask(self, credit: Credit) -> CreditAnswer:
        """Return how a credit stands."""
        return await self._of(credit).ask(credit)

    async def withhold(self, credit: Credit) -> CreditAnswer:
        """Never give a credit, unless it has been given already."""
        return await self._of(credit).withhold(credit)

    async def journal(self, day: date, after: str = "") -> JournalPage | None:
        """Return a page of the credits of a day, of one wallet after the other."""
        place, _, after = after.partition(" ")
        number = int(place or 0)
        page = await self.wallets[number].wallet.credits.journal(day, after)
        if page is None:
            return None
        if page.next is not None:
            return JournalPage(page.entries, f"{number} {page.next}")
        is_last = number + 1 == len(self.wallets)
        return JournalPage(page.entries, None if is_last else f"{number + 1} ")

    def _of(self, credit: Credit) -> Credits:
        return next(wallet.wallet.credits for wallet in self.wallets if wallet.has(credit.owner))


@dataclass(frozen=True, slots=True)
class ServedWallets:
    """The wallets of a demo, and the entry of the providers' file by which fulfilment reaches them."""

    wallets: Sequence[DemoWallet]
    entry: dict[str, object]


@asynccontextmanager
async def serving_wallets(
    databases: Sequence[DatabaseSettings], data: Path, clock: Clock
) -> AsyncIterator[ServedWallets]:
    """Open the wallets, and serve credits to fulfilment, while the block runs."""
    secret = house_key(data)
    keys = FixedKeys(keys_of_secret(secret.encode()))
    with KeptPorts(data / PORT_FILE).listen("port") as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with opened_wallets(databases, clock) as wallets:
            app = credits_app(CreditsOfWallets(wallets), keys)
            async with serving(app, listener, own_names_only()):
                yield ServedWallets(wallets, _entry(url))


def _entry(url: str) -> dict[str, object]:
    return {
        "name": "house",
        "adapter": "house",
        "url": url,
        "secret": HOUSE_SECRET,
        "brands": [HOUSE_BRAND],
        "kinds": [kind.value for kind in HOUSE_KINDS],
        "key_hours": KEY_HOURS,
    }
