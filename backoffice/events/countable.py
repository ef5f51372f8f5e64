"""The sports, competitions and events of which a scheme can count the bets, to choose from."""

from dataclasses import dataclass
from typing import Final

from backoffice.access import Actor, Permission, require
from backoffice.errors import Invalid, Problem
from backoffice.events.board.entries import Scope
from backoffice.events.board.sources import BoardSources
from backoffice.events.board.subjects import BoardSubject, page_of_subjects, sport_subject, subjects
from backoffice.scopes.items import ScopeItem, ScopeKind
from subgraphs.events.catalogue.catalogue import Wanted
from subgraphs.kit.domain.sports import SPORTS, sport_name

MAX_TEXT: Final = 100


@dataclass(frozen=True, slots=True)
class CountableItems:
    """Finds what a scheme can count; all of it belongs to all brands."""

    sources: BoardSources

    async def search(
        self, actor: Actor, brand: str, kind: ScopeKind, text: str, first: int
    ) -> list[ScopeItem]:
        """Return what has all words of a text in its name, by name, events by time: up to `first`.

        Any sport can count; of competitions and events, those that are not over.

        Raises:
            Forbidden: The actor may not read the brand's rules.
            Invalid: The text is too long.
        """
        require(actor, Permission.RULES_READ, brand)
        if len(text) > MAX_TEXT:
            raise Invalid([Problem("text", f"Look for at most {MAX_TEXT} characters.")])
        catalogue, wanted = await self.sources.catalogue(), Wanted(search=text)
        if kind is ScopeKind.SPORT:
            sports = map(sport_subject, {*SPORTS, *catalogue.competitions})
            found = page_of_subjects(sports, wanted, None, first)
        else:
            found = subjects(catalogue, Scope(kind.value), wanted, None, first)
        return [_item(kind, subject) for subject in found]


def _item(kind: ScopeKind, subject: BoardSubject) -> ScopeItem:
    if kind is ScopeKind.SPORT:
        return ScopeItem(kind, subject.id, subject.name)
    competition = subject.competition if kind is ScopeKind.EVENT else ""
    return ScopeItem(
        kind, subject.id, subject.name, sport_name(subject.sport), competition, subject.starts_at
    )
