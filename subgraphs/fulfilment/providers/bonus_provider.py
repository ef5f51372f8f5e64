"""Providers with a bonus API over HTTP: each key stands for one credit, which can be read and cancelled.

Sportsbooks and game platforms differ in paths and field names; a `BonusFormat` holds those of one kind.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec

from subgraphs.fulfilment.errors import JournalUnavailable
from subgraphs.fulfilment.providers.adapter import OK, parse_result
from subgraphs.fulfilment.providers.provider import CreditResult, JournalEntry
from subgraphs.fulfilment.providers.provider_client import ProviderClient, ProviderRequest, ProviderResponse
from subgraphs.fulfilment.state.reward import Credit

MAX_PAGES: Final = 10_000


@dataclass(frozen=True, slots=True)
class BonusFormat:
    """The paths and fields of one kind of provider.

    Attributes:
        path: The collection of credits.
        encode: Returns the body of a request for a credit; every answer must contain all of it.
        decode_entry: Returns the entry of the provider's journal.
    """

    path: str
    encode: Callable[[Credit], Mapping[str, Any]]
    decode_entry: Callable[[Mapping[str, Any]], JournalEntry]


@dataclass(frozen=True, slots=True)
class BonusProvider:
    """A provider with a bonus API."""

    client: ProviderClient
    format: BonusFormat

    async def credit(self, credit: Credit) -> CreditResult:
        """Ask for a credit."""
        body = self.format.encode(credit)
        response = await self.client.send(ProviderRequest("PUT", self._path_of(credit), body, credit.key))
        return parse_result(response, body)

    async def inquire(self, credit: Credit) -> CreditResult:
        """Ask for the state of a credit."""
        response = await self.client.send(ProviderRequest("GET", self._path_of(credit)))
        return parse_result(response, self.format.encode(credit))

    async def cancel(self, credit: Credit) -> CreditResult:
        """Ask that a credit never happen."""
        response = await self.client.send(ProviderRequest("DELETE", self._path_of(credit), key=credit.key))
        return parse_result(response, {})

    async def journal(self, day: date) -> Sequence[JournalEntry]:
        """Return all credits of a day.

        Raises:
            subgraphs.fulfilment.errors.JournalUnavailable: The journal cannot be read.
        """
        return await read_journal(self.client, self.format.path, day, self.format.decode_entry)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    def _path_of(self, credit: Credit) -> str:
        return f"{self.format.path}/{credit.key}"


def bonus_providers(bonus_format: BonusFormat) -> Callable[[ProviderClient], BonusProvider]:
    """Return what creates providers of a format."""
    return lambda client: BonusProvider(client, bonus_format)


async def read_journal(
    client: ProviderClient, path: str, day: date, decode_entry: Callable[[Mapping[str, Any]], JournalEntry]
) -> list[JournalEntry]:
    """Return the entries on all pages of a day's journal.

    Raises:
        subgraphs.fulfilment.errors.JournalUnavailable: A page cannot be read.
    """

    async def page(after: str) -> ProviderResponse | None:
        return await client.send(ProviderRequest("GET", f"{path}?day={day.isoformat()}&after={after}"))

    return await read_pages(page, day, decode_entry)


async def read_pages(
    page_after: Callable[[str], Awaitable[ProviderResponse | None]],
    day: date,
    decode_entry: Callable[[Mapping[str, Any]], JournalEntry],
) -> list[JournalEntry]:
    """Return the entries on all pages of a day's journal.

    Args:
        page_after: Asks for the page after what the one before said; "" for the first one.
        day: The day, for the error.
        decode_entry: Returns an entry.

    Raises:
        subgraphs.fulfilment.errors.JournalUnavailable: A page cannot be read.
    """
    entries: list[JournalEntry] = []
    after = ""
    for _ in range(MAX_PAGES):
        response = await page_after(after)
        if response is None or response.status != OK:
            raise JournalUnavailable(f"the journal of {day} cannot be read")
        try:
            page = msgspec.convert(response.content, _Page)
            entries += [decode_entry(entry) for entry in page.entries]
        except (msgspec.ValidationError, KeyError) as error:
            raise JournalUnavailable(f"the journal of {day} cannot be read: a page is malformed") from error
        if page.next is None:
            return entries
        after = page.next
    raise JournalUnavailable(f"the journal of {day} has more than {MAX_PAGES} pages")


class _Page(msgspec.Struct, frozen=True):
    """A page of a journal; `next` is None on the last page."""

    entries: list[dict[str, Any]]
    next: str | None
