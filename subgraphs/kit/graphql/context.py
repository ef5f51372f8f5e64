"""The context of a request for its resolvers: its identity, its language, and shared reads."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Self, TypeVar

import msgspec
from babel import negotiate_locale
from msgspec.structs import replace

from foundation.dependencies import RowKey, uncover
from subgraphs.kit.auth import RequestIdentity, Viewer
from subgraphs.kit.domain.errors import Forbidden
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.reads.batching import PendingRead
from subgraphs.kit.reads.key_lookup import BatchedLookup

MAX_HEADER: Final = 512
"""How many characters of a header are read."""


def choose_locale(accept_language: str | None, offered: Sequence[str], default: str) -> str:
    """Return the offered locale that an `Accept-Language` header prefers, else the default.

    Args:
        accept_language: The header, such as `de, en-GB;q=0.8`; malformed ranges are ignored.
        offered: BCP 47 names, such as en-GB.
        default: One of `offered`.
    """
    if not accept_language:
        return default
    return _chosen(accept_language[:MAX_HEADER], tuple(offered), default)


@lru_cache(maxsize=1024)
def _chosen(accept_language: str, offered: tuple[str, ...], default: str) -> str:
    wanted = _by_preference(accept_language)
    if not wanted:
        return default
    spelled = {name.replace("-", "_").lower(): name for name in offered}
    locale = negotiate_locale(wanted, list(spelled), sep="_")
    if locale:
        return spelled[locale.lower()]
    languages = [_language(name) for name in wanted]
    return next(
        (name for lang in languages for key, name in spelled.items() if _language(key) == lang), default
    )


def _language(name: str) -> str:
    return name.partition("_")[0]


def _by_preference(header: str) -> list[str]:
    ranges: list[tuple[float, str]] = []
    for part in header.split(","):
        name, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        try:
            quality = float(weight)
        except ValueError:
            continue
        if name and quality > 0:
            ranges.append((quality, name.strip().replace("-", "_").lower()))
    return [name for _, name in sorted(ranges, key=lambda pair: -pair[0])]


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class RequestContext(msgspec.Struct, eq=False):
    """The base of each subgraph's context; each request has its own.

    Attributes:
        identity: Who sends the request, and when.
        trusts_caller: Whether representations come from a gateway in this process, so that their facts about
            the customer are trusted. Otherwise these decide nothing about money or law.
        pending_reads: What the request has read, so that all its resolvers see the same.
        renew: Returns the current identity, for the events of a subscription; None for other operations.
        last_position: Where a subscription was when it broke off; None for one that begins.
    """

    identity: RequestIdentity
    trusts_caller: bool = False
    pending_reads: dict[RowKey, Awaitable[Any]] = msgspec.field(default_factory=dict)
    renew: Callable[[], Awaitable[RequestIdentity]] | None = None
    last_position: str | None = None

    def read(self, reader: BatchedLookup[K, V], key: K) -> PendingRead[K, V]:
        """Start to read the data of a key; await the result where it is needed."""
        wanted = (reader, key)
        pending: Any = self.pending_reads.get(wanted)
        if pending is None:
            pending = self.pending_reads[wanted] = reader.start(key)
        read: PendingRead[K, V] = pending
        return read

    @property
    def now(self) -> datetime:
        """The instant of the request, for what may change at any time: such an answer is made each time.

        What changes only at the instants that the brand's public data name may read `identity.now`.
        """
        uncover()
        return self.identity.now

    @property
    def territory(self) -> str | None:
        """Return where the visitor is, as a code of ISO 3166-1; None if that is unknown."""
        uncover()  # two sessions of a customer may say different territories
        return self.identity.territory

    def forget(self) -> None:
        """Forget what was read, because a mutation has changed it."""
        self.pending_reads.clear()

    async def renewed(self) -> Self:
        """Return a context for another event of a subscription: with its own instant, and nothing read yet.

        Raises:
            Unauthenticated: The session has ended.
            AuthenticationUnavailable: It cannot be determined at present whether it has ended.
        """
        identity = self.identity if self.renew is None else await self.renew()
        return replace(self, identity=identity, pending_reads={})

    def of_brand(self, brand: str) -> Viewer | None:
        """Return the viewer, whose session must be of the brand; None for an anonymous visitor.

        Raises:
            Forbidden: The session is another brand's.
        """
        viewer = self.identity.viewer
        if viewer is not None and viewer.brand != brand:
            raise Forbidden("the session belongs to another brand")
        return viewer

    def actor(self, brand: str) -> Viewer | Refusal:
        """Return the viewer who requests a change, or why the change is refused."""
        viewer = self.identity.viewer
        if viewer is None:
            return Refusal(PlatformErrorCode.UNAUTHENTICATED, "Sign in first.")
        if viewer.brand != brand:
            return Refusal(PlatformErrorCode.FORBIDDEN, "Your session belongs to another brand.")
        return viewer
