"""Which entries of a board are about what: the ids of events and competitions change with their providers."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.errors import NotFound
from backoffice.events.board import repository
from backoffice.events.board.board import entries_of
from backoffice.events.board.entries import EntryKey, Scope
from backoffice.events.board.repository import EntryRevision
from backoffice.events.board.subjects import (
    BoardSubject,
    competition_ids,
    competition_subject,
    find_subject,
)
from consumers.messages.global_events.event_states import BoardEntry, BoardState
from subgraphs.events.catalogue.catalogue import Catalogue
from subgraphs.events.catalogue.events import Event
from subgraphs.events.models import OVER


@dataclass(frozen=True)
class ResolvedBoard:
    """A board whose entries are found by any of the ids of what they are about."""

    catalogue: Catalogue
    board: BoardState | None

    def key(self, key: EntryKey) -> EntryKey:
        """Return the key of the entry that is about the same; without one, that of a new entry.

        An entry about a competition that has a row of its own is no other competition's.
        """
        if (key.scope.value, key.id) in self.entries:
            return key
        subject = self.told(key.scope, key.id)
        own = key.id if subject is None else subject.id
        ids = [entry.id for entry in self.about(key.scope, own)]
        others = (one for one in ids if one not in self._told_competitions)
        return key._replace(id=own if own in ids else next(others, own))

    def told(self, scope: Scope, own_id: str) -> BoardSubject | None:
        """Return what an id names, also one that it had before; None if providers tell of nothing like it."""
        if scope is not Scope.COMPETITION:
            return find_subject(self.catalogue, scope, own_id)
        ids = (own_id, *sorted(self._competitions.get(own_id, ())))
        events = (self._told_competitions.get(one) for one in ids)
        return next((competition_subject(event) for event in events if event is not None), None)

    def subjects(
        self, scope: Scope, last: Mapping[tuple[Scope, str], EntryRevision]
    ) -> Iterator[BoardSubject]:
        """Return what the entries are about, under their ids, as it was last told."""
        for of, own_id in self.entries:
            if of == scope.value:
                told, known = self.told(scope, own_id), last.get((scope, own_id))
                unknown = BoardSubject(scope, own_id, own_id, "") if known is None else _known(known)
                yield unknown if told is None else told._replace(id=own_id)

    def about(self, scope: Scope, own_id: str) -> Sequence[BoardEntry]:
        """Return the entries about something, by the id under which its providers tell it now."""
        return self._by_subject.get((scope.value, own_id), ())

    def that_matter(self, subject: BoardSubject) -> Sequence[BoardEntry]:
        """Return the entries that say how something is shown: its own, its competition's and its sport's."""
        found = [*self.about(subject.scope, subject.id)]
        event = self.catalogue.find(subject.id) if subject.scope is Scope.EVENT else None
        if event is not None:
            named = ((Scope.COMPETITION.value, own_id) for own_id in competition_ids(event))
            found += (self.entries[key] for key in named if key in self.entries)
        if subject.scope is not Scope.SPORT:
            found += self.about(Scope.SPORT, subject.sport)
        return found

    @cached_property
    def entries(self) -> Mapping[tuple[str, str], BoardEntry]:
        """Return the entries by scope and id."""
        return entries_of(self.board)

    @cached_property
    def _by_subject(self) -> Mapping[tuple[str, str], Sequence[BoardEntry]]:
        found: defaultdict[tuple[str, str], list[BoardEntry]] = defaultdict(list)
        for (scope, own_id), entry in self.entries.items():
            event = self.catalogue.find(own_id) if scope == Scope.EVENT.value else None
            ids = {own_id if event is None else event.id}
            if scope == Scope.COMPETITION.value:
                ids |= self._competitions.get(own_id, set())
            for one in ids:
                found[scope, one].append(entry)
        return found

    @cached_property
    def _competitions(self) -> Mapping[str, set[str]]:
        """Return the competitions of events that a provider puts into another one, by the id of that one."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for event in self.catalogue.ordered:
            if len(event.offers) > 1 and event.status not in OVER:
                for own_id in competition_ids(event):
                    found[own_id].add(event.competition_id)
        return found

    @cached_property
    def _told_competitions(self) -> Mapping[str, Event]:
        listed = self.catalogue.competitions.values()
        return {event.competition_id: event for events in listed for event in events}


async def subject_of(connection: AsyncConnection, board: ResolvedBoard, key: EntryKey) -> BoardSubject:
    """Return what an entry is about, from its last revision if no provider tells of it any more.

    Raises:
        NotFound: There never was anything like it.
    """
    found = board.told(key.scope, key.id)
    if found is not None:
        return found
    last = await repository.revisions(connection, key, 1)
    if not last:
        raise NotFound(f"There is no {key.scope.value} {key.id[:64]!r}.")
    return _known(last[0])


def _known(last: EntryRevision) -> BoardSubject:
    return BoardSubject(last.key.scope, last.key.id, last.name, "", starts_at=last.starts_at)
