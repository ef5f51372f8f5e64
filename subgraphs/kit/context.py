"""What a resolver knows of the request it works for."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from subgraphs.kit.accounts import Account
from subgraphs.kit.batching import Answer
from subgraphs.kit.circumstances import BrandRules, Circumstances
from subgraphs.kit.errors import BadInput, Forbidden, UnknownBrand
from subgraphs.kit.locales import choose_locale
from subgraphs.kit.owners import ClubKey, Owner
from subgraphs.kit.payloads import ErrorCode, Refusal
from subgraphs.kit.points import PointReader
from subgraphs.kit.schemes import Brand
from subgraphs.kit.sessions import Viewer

K = TypeVar("K", Owner, ClubKey)
V = TypeVar("V")
MAX_KEY_LENGTH = 128


class Visit(msgspec.Struct, frozen=True, gc=False):
    """What is known of a request before any resolver runs.

    Attributes:
        viewer: who is asking; None for an anonymous visitor.
        accept_language: the header, as it came.
        now: the instant of the request, the same for all its resolvers.
    """

    viewer: Viewer | None
    accept_language: str | None
    now: datetime


class RequestContext:
    """The base of each subgraph's context, made anew for every request.

    What is read for a request is kept with it, so that all its resolvers see the same.

    Attributes:
        viewer: who is asking; None for an anonymous visitor.
        now: the instant of the request.
    """

    def __init__(self, visit: Visit, circumstances: Circumstances) -> None:
        self.visit = visit
        self.viewer = visit.viewer
        self.now = visit.now
        self.circumstances = circumstances
        self._answers: dict[tuple[object, object], Answer[Any, Any]] = {}

    def read(self, reader: PointReader[K, V], key: K) -> Answer[K, V]:
        """Asks for what is stored under a key. It is being read from now on: await it when it is needed."""
        place = (reader, key)
        answer = self._answers.get(place)
        if answer is None:
            answer = self._answers[place] = reader.load(key)
        return answer

    def forget(self) -> None:
        """Drops what was read, after a mutation has changed it."""
        self._answers.clear()

    async def rules(self, brand: str) -> BrandRules:
        """The rules of a brand.

        Raises:
            UnknownBrand: it has not been loaded.
        """
        held = self.circumstances.rules
        rules = held.at_hand(brand, self.now) or await held.get(brand)
        if rules is None:
            raise UnknownBrand(f"brand {brand} has not been loaded: see `furlong load`")
        return rules

    def rules_at_hand(self, brand: str) -> BrandRules | None:
        """The rules of a brand when they are fresh in memory; None when `rules` must be asked."""
        return self.circumstances.rules.at_hand(brand, self.now)

    def account(self, owner: Owner) -> Answer[Owner, Account | None]:
        """A customer's account; None for one who is not known."""
        return self.read(self.circumstances.accounts, owner)

    def locale(self, brand: Brand) -> str:
        """The language of the answer: what the visitor likes best of what the brand offers."""
        return choose_locale(self.visit.accept_language, brand.locales, brand.default_locale)

    def owned(self, opaque_id: object) -> ClubKey:
        """The key of a club that belongs to the viewer.

        Raises:
            BadInput: not the id of a club.
            Forbidden: another customer's club, or nobody is signed in.
        """
        if not isinstance(opaque_id, str):
            raise BadInput("a club is found by its id")
        key = ClubKey.decode(opaque_id)
        if self.viewer is None or (key.brand, key.customer) != self.viewer.owner:
            raise Forbidden("this club belongs to another customer")
        return key

    def of_brand(self, brand: str) -> Viewer | None:
        """The viewer, when the brand is theirs; None for an anonymous visitor.

        Raises:
            Forbidden: the session is another brand's.
        """
        if self.viewer is not None and self.viewer.brand != brand:
            raise Forbidden("the session belongs to another brand")
        return self.viewer

    def actor(self, brand: str) -> Viewer | Refusal:
        """The viewer who asks for a change, or why there can be none."""
        if self.viewer is None:
            return Refusal(ErrorCode.UNAUTHENTICATED, "Sign in first.")
        if self.viewer.brand != brand:
            return Refusal(ErrorCode.FORBIDDEN, "Your session belongs to another brand.")
        return self.viewer


def checked_key(idempotency_key: str) -> str:
    """An idempotency key that can be stored.

    Raises:
        BadInput: empty, too long, or with blanks, which a database may overlook at the end.
    """
    plain = idempotency_key.isprintable() and " " not in idempotency_key
    if not plain or not 1 <= len(idempotency_key) <= MAX_KEY_LENGTH:
        raise BadInput(
            f"idempotencyKey must have 1 to {MAX_KEY_LENGTH} characters and no blanks: a new UUID each time"
        )
    return idempotency_key
