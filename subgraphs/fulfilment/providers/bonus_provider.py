"""Providers with a bonus interface over HTTP: one credit a key, that can be read and cancelled.

Sportsbooks and game platforms differ in what they call things; a `BonusForm` says how one of them does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec

from subgraphs.fulfilment.providers.provider import Answer, JournalEntry, JournalUnavailable
from subgraphs.fulfilment.providers.provider_client import Line, Question
from subgraphs.fulfilment.providers.response_parsing import OK, verdict_of
from subgraphs.fulfilment.state.reward import Credit

MOST_PAGES: Final = 10_000


@dataclass(frozen=True, slots=True)
class BonusForm:
    """How a kind of provider writes credits.

    Attributes:
        path: where its credits are.
        write: a credit as the body of the request; all of it must come back in every answer.
        read: an entry of its books.
    """

    path: str
    write: Callable[[Credit], Mapping[str, Any]]
    read: Callable[[Mapping[str, Any]], JournalEntry]


@dataclass(frozen=True, slots=True)
class BonusProvider:
    """A provider that is spoken to in a form."""

    line: Line
    form: BonusForm

    async def credit(self, credit: Credit) -> Answer:
        """Asks for a credit."""
        body = self.form.write(credit)
        reply = await self.line.ask(Question("PUT", self._place(credit), body, credit.key))
        return verdict_of(reply, body)

    async def inquire(self, credit: Credit) -> Answer:
        """Asks what became of a key."""
        reply = await self.line.ask(Question("GET", self._place(credit)))
        return verdict_of(reply, self.form.write(credit))

    async def cancel(self, credit: Credit) -> Answer:
        """Asks that a key be never credited."""
        reply = await self.line.ask(Question("DELETE", self._place(credit), key=credit.key))
        return verdict_of(reply, {})

    async def journal(self, day: date) -> Sequence[JournalEntry]:
        """All credits of a day.

        Raises:
            JournalUnavailable: it cannot be read.
        """
        return await read_journal(self.line, self.form.path, day, self.form.read)

    async def close(self) -> None:
        """Closes the connections."""
        await self.line.close()

    def _place(self, credit: Credit) -> str:
        return f"{self.form.path}/{credit.key}"


async def read_journal(
    line: Line, path: str, day: date, read: Callable[[Mapping[str, Any]], JournalEntry]
) -> list[JournalEntry]:
    """All pages of a day's books.

    Raises:
        JournalUnavailable: a page cannot be read.
    """
    entries: list[JournalEntry] = []
    after = ""
    for _ in range(MOST_PAGES):
        reply = await line.ask(Question("GET", f"{path}?day={day.isoformat()}&after={after}"))
        if reply is None or reply.status != OK:
            raise JournalUnavailable(f"the books of {day} cannot be read")
        try:
            page = msgspec.convert(reply.content, _Page)
            entries += [read(entry) for entry in page.entries]
        except (msgspec.ValidationError, KeyError) as error:
            raise JournalUnavailable(f"the books of {day} cannot be understood") from error
        if page.next is None:
            return entries
        after = page.next
    raise JournalUnavailable(f"the books of {day} do not end")


class _Page(msgspec.Struct, frozen=True):
    """A page of a journal; `next` is None at the end."""

    entries: list[dict[str, Any]]
    next: str | None
