"""The graph of notices."""

from collections.abc import AsyncGenerator
from typing import Final

import msgspec
import strawberry

from subgraphs.kit.domain.bounds import check_value
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.graphql.money import MinorUnits
from subgraphs.kit.graphql.pages import PageInfo
from subgraphs.kit.graphql.platform_errors import PlatformError
from subgraphs.kit.graphql.schema_building import SubgraphSchema, build_schema
from subgraphs.kit.live.updates import Updates
from subgraphs.kit.live.watches import public_key
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.kit.settings import Execution
from tests.support.notices import NOTICE_TOPIC
from tests.support.notices.service import NoticeService

PAGE: Final = 2


class StoredNotice(msgspec.Struct, frozen=True):
    """A notice as it is stored."""

    notice_id: str
    revision: int
    text: str
    fee_minor: int


class NoticesContext(RequestContext, kw_only=True, eq=False):
    """The context of a request: reads by the id of a notice, which is no customer's."""

    notices: BatchedLookup[str, StoredNotice | None]
    updates: Updates
    service: NoticeService

    async def notice(self, notice_id: str) -> StoredNotice | None:
        """Return a notice, or None."""
        return await self.read(self.notices, notice_id)


@strawberry.federation.type(keys=["id"])
class Notice:
    """Something that the platform tells everybody."""

    id: strawberry.ID
    text: str
    fee_minor: MinorUnits

    @classmethod
    def of(cls, stored: StoredNotice | None) -> "Notice | None":
        """Return the notice as the graph shows it."""
        if stored is None:
            return None
        return cls(
            id=strawberry.ID(stored.notice_id), text=stored.text, fee_minor=MinorUnits(stored.fee_minor)
        )

    @classmethod
    async def resolve_reference(
        cls,
        info: strawberry.Info[NoticesContext],
        id: strawberry.ID,  # noqa: A002 - the field's name
    ) -> "Notice | None":
        """Return the notice that another subgraph names."""
        return cls.of(await info.context.notice(id))


@strawberry.type
class NoticeConnection:
    """Notices that were asked for, a page of them."""

    nodes: list[Notice]
    page_info: PageInfo


@strawberry.type
class NoticeUpdate:
    """A notice after so many changes."""

    version: int
    notice: Notice | None


@strawberry.type
class DismissPayload:
    """The outcome of a dismissal."""

    errors: list[PlatformError]


@strawberry.type
class Query:
    """Reads of notices."""

    @strawberry.field
    async def notice(self, info: strawberry.Info[NoticesContext], notice_id: strawberry.ID) -> Notice | None:
        """Return a notice."""
        return Notice.of(await info.context.notice(notice_id))

    @strawberry.field
    async def notices(
        self, info: strawberry.Info[NoticesContext], ids: list[strawberry.ID]
    ) -> NoticeConnection:
        """Return the notices of a page."""
        found = [Notice.of(await info.context.notice(name)) for name in ids[:PAGE]]
        nodes = [notice for notice in found if notice is not None]
        return NoticeConnection(
            nodes=nodes,
            page_info=PageInfo(has_next_page=len(ids) > PAGE, end_cursor=nodes[-1].id if nodes else None),
        )


@strawberry.type
class Mutation:
    """Changes."""

    @strawberry.mutation
    async def dismiss_notice(
        self,
        info: strawberry.Info[NoticesContext],
        brand: strawberry.ID,
        notice_id: strawberry.ID,
        key: strawberry.ID,
    ) -> DismissPayload:
        """Dismiss a notice."""
        actor = info.context.actor(brand)
        if isinstance(actor, Refusal):
            return DismissPayload(errors=PlatformError.of(actor))
        check_value("idempotency_key", key)
        owner = Owner(actor.brand, actor.customer)
        refusal = await info.context.service.dismiss(owner, notice_id, str(key))
        return DismissPayload(errors=PlatformError.of(refusal))


@strawberry.type
class Subscription:
    """Live notices."""

    @strawberry.subscription
    def notice_updated(
        self,
        info: strawberry.Info[NoticesContext],
        notice_id: strawberry.ID,
    ) -> AsyncGenerator[NoticeUpdate, None]:
        """Follow a notice."""
        watched = public_key(NOTICE_TOPIC, notice_id.encode())
        return info.context.updates.stream(
            info.context, watched, NoticesContext.notice, str(notice_id), _update
        )


def _update(version: int, stored: StoredNotice | None) -> NoticeUpdate:
    return NoticeUpdate(version=version, notice=Notice.of(stored))


def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the schema."""
    return build_schema(Query, Mutation, (Notice,), Subscription, execution=execution)
