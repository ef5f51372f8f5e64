"""Point reads over the club's own tables."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Table

from subgraphs.club.membership import MembershipEvent, MembershipKind
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.key_lookup import KeyLookup, Row
from subgraphs.kit.reads.reference_lookups import OWNER

KINDS: Final = {kind.value: kind for kind in MembershipKind}


def events_lookup(table: Table) -> KeyLookup[Owner, tuple[MembershipEvent, ...]]:
    """A customer's membership events, oldest first."""
    return KeyLookup(table, OWNER, ("version", "kind", "at"), _events)


def _events(rows: Sequence[Row]) -> tuple[MembershipEvent, ...]:
    return tuple([MembershipEvent(version, KINDS[kind], at) for version, kind, at in sorted(rows)])
