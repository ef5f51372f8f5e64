"""Finds what is new in a batch of bets: duplicates, stale revisions and conflicts, without SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from subgraphs.progress.counting.contribution import Bet, BetKey, Contribution
from subgraphs.progress.counting.rulebook import Rulebook
from subgraphs.progress.ledger.claims import Claims


@dataclass(frozen=True, slots=True)
class AppliedBatch:
    """The result of applying a batch of bets. Bets are given by their index in the batch.

    Attributes:
        stale: Bets whose revision no longer matters; nothing was changed.
        duplicates: Bets whose revision was already known; nothing was changed.
        conflicts: Bets that contradict the stored ones: another body at the same revision, or another
            customer.
        refused: Bets that cannot be applied, with the reason.
    """

    stale: list[int] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    conflicts: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AppliedAdjustments:
    """The result of applying a batch of adjustments.

    Attributes:
        new: How many had not been applied before.
        refused: Adjustments that cannot be applied, by their index in the batch, with the reason.
    """

    new: int
    refused: Mapping[int, str]


def new_revisions(
    keys: Sequence[BetKey],
    bets: Sequence[Bet],
    stored: Mapping[BetKey, Contribution],
    rulebook: Rulebook,
    claims: Claims,
) -> tuple[dict[BetKey, Sequence[Bet]], AppliedBatch]:
    """Return the revisions that now matter, of each bet about which the batch says something new.

    Bets with several claimants are brought up to date in `claims`, which this function changes.
    """
    revisions: dict[BetKey, Sequence[Bet]] = {}
    applied, brands, claimed = AppliedBatch(), rulebook.brands, claims.revisions
    for index, (key, bet) in enumerate(zip(keys, bets, strict=True)):
        if bet.brand not in brands:
            applied.refused[index] = f"unknown brand {bet.brand!r}"
            continue
        by_customer = claimed.get(key)
        if by_customer is None:
            known = revisions.get(key) or (stored[key].revisions if key in stored else ())
            now = rulebook.with_revision(known, bet) if known else (bet,)
            if now is known:
                _note_known(applied, index, known, bet)
            else:
                revisions[key] = now
            continue
        known = by_customer.get(bet.customer, ())
        now = rulebook.with_revision(known, bet)
        if now is known:
            _note_known(applied, index, known, bet)
        else:
            by_customer[bet.customer] = now
        if by_customer.keys() - {bet.customer} and index not in applied.conflicts[-1:]:
            applied.conflicts.append(index)
    return revisions | {key: claims.held(key) for key, by in claims.revisions.items() if by}, applied


def _note_known(applied: AppliedBatch, index: int, known: Sequence[Bet], bet: Bet) -> None:
    same = [other for other in known if other.revision == bet.revision]
    if not same:
        applied.stale.append(index)
        return
    applied.duplicates.append(index)
    if bet not in same:
        applied.conflicts.append(index)
