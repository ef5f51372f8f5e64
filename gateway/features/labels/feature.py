"""Decides which labels of progressive overrides are on for a request: by shares, or by the settings."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import blake2b

from msgspec import Struct, field

from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.labels.settings import LabelSettings
from gateway.pipeline.identification import CustomerOf
from gateway.pipeline.policies import PolicyInput

PERCENT = re.compile(r"percent\((\d+(?:\.\d+)?)\)")
ALL = 100.0
DRAW_BYTES = 6
DRAWS = float(2 ** (8 * DRAW_BYTES))


class OverrideLabels(Feature):
    """Gives each customer the same labels in all requests, and draws them for requests of nobody."""

    core: Core

    def install(self, core: Core) -> None:
        """Remember how customers are told apart."""
        self.core = core

    def of(self, version: Version) -> VersionParts:
        """Decide the labels of a version, unless its supergraph has none."""
        names, customer_of = version.supergraph.labels, self.core.sessions.customer_of
        if not names:
            return VersionParts()
        settings = version.settings.of(LabelSettings)
        decision = labels(settings.on, settings.seed, settings.shares)
        by_customer = () if customer_of is None else (CustomerLabels(decision, names, customer_of),)
        return VersionParts(labels=partial(decision.decide, names), policies=by_customer)


class CustomerLabels(Struct, frozen=True):
    """Decides the labels for the customer of a request; it refuses no request.

    Attributes:
        labels: Decides which labels are on.
        names: The labels of the supergraph.
        customer_of: Returns the key of a session's customer.
    """

    labels: Labels
    names: frozenset[str]
    customer_of: CustomerOf

    def check(self, policy_input: PolicyInput) -> None:
        """Record in the prepared request which labels are on."""
        customer = None if policy_input.session is None else self.customer_of(policy_input.session)
        if customer is not None:
            policy_input.prepared.labels = self.labels.decide(self.names, customer)


def _off(_label: str) -> bool:
    """Return False: no label is on by default."""
    return False


class Labels(Struct, frozen=True):
    """Decides which labels are on, for each request separately.

    Attributes:
        is_on: Returns whether a label without a share is on.
        shares: Percentages by label, which take precedence over the N of a `percent(N)` label.
        chance: Draws a number from 0 to 1 for a label with a share; draws are repeatable if it has a seed.
        seed: Text that the draws of customers also depend on; the same in all processes.
    """

    is_on: Callable[[str], bool] = _off
    shares: Mapping[str, float] = field(default_factory=dict)
    chance: Callable[[], float] = field(default_factory=lambda: random.Random().random)  # noqa: S311 - a share, no secret

    seed: int | None = None

    def decide(self, labels: Iterable[str], customer: str | None = None) -> frozenset[str]:
        """Return the labels that are on; the same label is on or off for the whole request.

        Args:
            labels: The labels of the supergraph.
            customer: The customer who sends the request. Each customer has one permanent draw for each label,
                so raising a share only adds customers. With None, each request has its own draw.
        """
        return frozenset(label for label in labels if self._decided(label, customer))

    def _decided(self, label: str, customer: str | None) -> bool:
        share = self.shares.get(label)
        if share is None:
            named = PERCENT.fullmatch(label)
            if named is None:
                return self.is_on(label)
            share = float(named[1])
        drawn = self.chance() if customer is None else self._drawn_for(customer, label)
        return drawn * ALL < share

    def _drawn_for(self, customer: str, label: str) -> float:
        digest = blake2b(f"{self.seed}\n{label}\n{customer}".encode(), digest_size=DRAW_BYTES).digest()
        return int.from_bytes(digest) / DRAWS


def labels(on: Iterable[str], seed: int | None, shares: Mapping[str, float] | None = None) -> Labels:
    """Build the decision of labels from the settings.

    Args:
        on: The labels that are on.
        seed: A seed for the draws of shares; None for draws that cannot be repeated.
        shares: The shares of other labels, in percent.
    """
    named = frozenset(on)
    drawn = {label: share for label, share in (shares or {}).items() if label not in named}
    chance = random.Random(seed).random  # noqa: S311 - a share, no secret
    return Labels(lambda label: label in named, drawn, chance, seed)
