"""Publishes content by two people, as the back office's services do, over an installation's databases."""

import time
from typing import Any, Final

from pydantic import SecretStr

from backoffice.access import Actor, Role
from backoffice.base import create_base
from backoffice.content.area import ContentArea
from backoffice.content.revisions.document import ContentKey
from backoffice.settings import BackofficeSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import ALL_BRANDS
from tests.support.office.backoffice_fixture import employ

BRAND: Final = "northbet"


def person(name: str, *roles: Role) -> Actor:
    """Return somebody with roles for all brands."""
    return Actor(name, name, name.title(), f"session-of-{name}", "local", {ALL_BRANDS: frozenset(roles)})


async def publish_title(url: str, reward_id: str, title: str) -> float:
    """Publish the published document of a reward with another title; return when, by the monotonic clock."""
    own = BackofficeSettings(key=SecretStr("k" * 32), _env_file=None)
    base = create_base(DatabaseSettings(url=url), own, SystemClock())
    parts = ContentArea(base)
    ann, bob, key = person("ann", Role.EDITOR), person("bob", Role.APPROVER), ContentKey(BRAND, reward_id)
    try:
        await employ(base.database, ann)
        found = await parts.service.item(ann, key)
        assert found is not None
        assert found.published is not None
        document: dict[str, Any] = found.published.document.as_json()
        for text in document["texts"].values():
            text["title"] = title
        item = await parts.editing.save(ann, key, document, found.version)
        item = await parts.editing.submit(ann, key, item.version, "a test")
        shown = await parts.service.item(bob, key)
        assert shown is not None
        assert shown.open is not None
        proposal = await parts.service.proposal(bob, shown.open)
        assert proposal is not None
        now = base.clock.machine.now()
        await base.approvals.approve(bob, proposal.proposal_id, proposal.content_hash, now)
        await parts.publication.publish(bob, key, item.version + 1)
        return time.monotonic()
    finally:
        await parts.rewards.close()
        await base.database.close()
