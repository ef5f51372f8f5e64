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


class RequestContext(msgspec.Struct, eq=False):
    """The base of each subgraph's context, made anew for every request.

    Attributes:
        visit: who is asking, and when.
        circumstances: what all requests of the subgraph share.
        answers: what is read for the request is kept with it, so that all its resolvers see the same.
    """

    visit: Visit
    circumstances: Circumstances
    answers: dict[tuple[object, object], Answer[Any, Any]] = msgspec.field(default_factory=dict)

    def read(self, reader: PointReader[K, V], key: K) -> Answer[K, V]:
        """Asks for what is stored under a key. It is being read from now on: await it when it is needed."""
        place = (reader, key)
        answer = self.answers.get(place)
        if answer is None:
            answer = self.answers[place] = reader.load(key)
        return answer

    def forget(self) -> None:
        """Drops what was read, after a mutation has changed it."""
        self.answers.clear()

    async def rules(self, brand: str) -> BrandRules:
        """The rules of a brand.

        Raises:
            UnknownBrand: it has not been loaded.
        """
        held = self.circumstances.rules
        rules = held.at_hand(brand, self.visit.now) or await held.get(brand)
        if rules is None:
            raise UnknownBrand(f"brand {brand} has not been loaded: see `furlong load`")
        return rules

    def account(self, owner: Owner) -> Answer[Owner, Account | None]:
        """A customer's account; None for one who is not known."""
        return self.read(self.circumstances.accounts, owner)

    def locale(self, brand: Brand) -> str:
        """The language of the answer: what the visitor likes best of what the brand offers."""
        wanted = self.visit.accept_language
        return choose_locale(wanted, brand.locales, brand.default_locale) if wanted else brand.default_locale

    def owned(self, opaque_id: object) -> ClubKey:
        """The key of a club that belongs to the viewer.

        Raises:
            BadInput: not the id of a club.
            Forbidden: another customer's club, or nobody is signed in.
        """
        if not isinstance(opaque_id, str):
            raise BadInput("a club is found by its id")
        key = ClubKey.decode(opaque_id)
        viewer = self.visit.viewer
        if viewer is None or viewer.customer != key.customer or viewer.brand != key.brand:
            raise Forbidden("this club belongs to another customer")
        return key

    def of_brand(self, brand: str) -> Viewer | None:
        """The viewer, when the brand is theirs; None for an anonymous visitor.

        Raises:
            Forbidden: the session is another brand's.
        """
        viewer = self.visit.viewer
        if viewer is not None and viewer.brand != brand:
            raise Forbidden("the session belongs to another brand")
        return viewer

    def actor(self, brand: str) -> Viewer | Refusal:
        """The viewer who asks for a change, or why there can be none."""
        viewer = self.visit.viewer
        if viewer is None:
            return Refusal(ErrorCode.UNAUTHENTICATED, "Sign in first.")
        if viewer.brand != brand:
            return Refusal(ErrorCode.FORBIDDEN, "Your session belongs to another brand.")
        return viewer


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
