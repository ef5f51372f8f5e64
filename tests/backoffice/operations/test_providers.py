"""Providers in the back office: four eyes, two approvers at once, stale changes, and no secret anywhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.access import Actor, Role
from backoffice.approvals import repository as proposals
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.repository import AUDIT_LOG
from backoffice.errors import Conflict, Forbidden, FourEyes, Invalid, Stale, StepUpRequired
from backoffice.global_events.acknowledgements import NodeRepository
from backoffice.global_events.models import SUBJECT
from backoffice.operations.providers.configurations import ProviderConfigurations
from backoffice.operations.providers.document import looks_like_secret
from backoffice.operations.providers.service import ProviderService
from consumers.acknowledgements.message import Acknowledgement, ProviderHealth, RefusedMessage
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.fulfilment.models import METADATA as FULFILMENT
from subgraphs.fulfilment.providers.adapters import Adapter
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database

SOON = NOW + timedelta(minutes=5)
OLGA, OTTO, OMAR = (
    actor(name, Role.OPERATOR, brand="*", stepped_up_until=SOON) for name in ("olga", "otto", "omar")
)
OLGA_TWICE = actor("olga2", Role.OPERATOR, brand="*", person="olga", stepped_up_until=SOON)
VIC = actor("vic", Role.VIEWER, brand="*")
FILE = ProviderConfig(
    name="wallet", position=10, adapter="wallet", url="https://wallet.test", secret="wallet", kinds=("cash",)
)


@dataclass
class ProviderFixture:
    """The services over a back office whose workers have a file."""

    own: Database
    approvals: Approvals
    configurations: ProviderConfigurations
    service: ProviderService

    async def submit(self, who: Actor = OLGA, seen: int = 1, **changes: Any) -> str:
        """Propose a change of the wallet."""
        fields = {**FILE.model_dump(mode="json"), **changes}
        return await self.configurations.submit(who, fields, seen=seen, reason="a new contract")

    async def approve(self, proposal_id: str, who: Actor = OTTO) -> str:
        """Approve a proposal as it is stored; return what came of it."""
        async with self.own.read() as connection:
            found = await proposals.find(connection, proposal_id)
        assert found is not None
        try:
            await self.approvals.approve(who, proposal_id, found.content_hash, NOW)
        except (Conflict, FourEyes, Stale, StepUpRequired) as refusal:
            return refusal.code
        return "approved"

    async def decided(self) -> list[Any]:
        """Return what holds on all nodes."""
        async with self.own.read() as connection:
            return list(await connection.execute(select(SUBJECT)))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[ProviderFixture]:
    """Open the services."""
    clock = ManualClock(NOW)
    async with backoffice_database(url) as own, migrated(url, "fulfilment", FULFILMENT) as fulfilment:
        audit = AuditLog(clock)
        approvals = Approvals(own, audit, clock)
        configurations = ProviderConfigurations(
            own, audit, approvals, clock, {"wallet": FILE}, FulfilmentSettings()
        )
        approvals.register(configurations.proposal_kind)
        yield ProviderFixture(
            own, approvals, configurations, ProviderService(fulfilment, own, configurations, clock)
        )


@pytest.fixture
async def provider_area(tmp_path: Path) -> AsyncIterator[ProviderFixture]:
    """The services over embedded databases."""
    async with opened(f"sqlite+aiosqlite:///{tmp_path}") as found:
        yield found


async def test_of_two_who_approve_at_once_one_does(database_url: str) -> None:
    """One revision and one message come of it; the proposer's second account is refused."""
    async with opened(database_url) as provider_area:
        proposal = await provider_area.submit(limit_minor=20_000)
        assert [await provider_area.approve(proposal, who) for who in (OLGA, OLGA_TWICE)] == ["FOUR_EYES"] * 2
        both = await asyncio.gather(
            provider_area.approve(proposal, OTTO), provider_area.approve(proposal, OMAR)
        )
        assert sorted(both) == ["CONFLICT", "approved"]
        assert await provider_area.approve(proposal, OTTO) == "CONFLICT"
        (decision,) = await provider_area.decided()
        assert (decision.key, decision.state["revision"]) == ("*:provider:wallet", 2)
        found = await provider_area.configurations.revisions(VIC, "wallet", 10)
        assert [(one.revision, one.document.limit_minor, one.approved_by) for one in found] in (
            [(2, 20_000, who), (1, 10_000, None)] for who in ("Otto", "Omar")
        )


async def test_what_was_made_from_an_earlier_revision_is_refused(provider_area: ProviderFixture) -> None:
    """At the proposal, and at the approval if another one was faster; going back takes two people, too."""
    first, second = await provider_area.submit(attempts=2), await provider_area.submit(attempts=4)
    assert [await provider_area.approve(first), await provider_area.approve(second)] == ["approved", "STALE"]
    with pytest.raises(Stale):
        await provider_area.submit(attempts=5)
    back = await provider_area.configurations.roll_back(OLGA, "wallet", 1, seen=2, reason="it was better")
    assert [await provider_area.approve(back, OLGA), await provider_area.approve(back)] == [
        "FOUR_EYES",
        "approved",
    ]
    assert await provider_area.configurations.diff(VIC, "wallet", 1, 3) == []
    (changed,) = await provider_area.configurations.diff(VIC, "wallet", 2, 3)
    assert (changed.field, changed.before, changed.after) == ("attempts", 2, 3)
    with pytest.raises(Forbidden):
        await provider_area.submit(VIC, seen=3)
    without_step_up = actor("otto", Role.OPERATOR, brand="*")
    assert (
        await provider_area.approve(await provider_area.submit(seen=3), without_step_up) == "STEP_UP_REQUIRED"
    )


SECRETS = (
    "Bearer zQ3shokFTS3brHcD",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "https://club:hunter2hunter2@wallet.test",
    "9f8a3c7d1b2e4f60a1b2c3d4e5f60718",
    "550e8400-e29b-41d4-a716-446655440000",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "https://wallet.test/hooks/x7Kp2mQ9vR4tL8wZ",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjbHViIn0.c2lnbmF0dXJl",
    "password=correct-horse",
)


async def test_a_secret_is_refused_and_stands_nowhere(
    provider_area: ProviderFixture, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither a message, nor the log, nor any table, nor the audit log has it, whichever field it is in."""
    said = ""
    for secret, field in product(SECRETS, ("secret", "url", "reason", "name", "brands")):
        fields = {**FILE.model_dump(mode="json"), field: [secret] if field == "brands" else secret}
        reason = fields.pop("reason", "a new contract")
        with pytest.raises(Invalid) as refused:
            await provider_area.configurations.submit(OLGA, fields, seen=1, reason=reason)
        assert refused.value.problems[0].path == field
        said += f"{refused.value} {refused.value.details}"
    stored = b"".join(one.read_bytes() for one in files_in(tmp_path)).decode(errors="replace")
    printed = capfd.readouterr()
    assert stored
    assert [one for one in SECRETS if one in f"{said} {stored} {printed.out} {printed.err}"] == []


def files_in(folder: Path) -> list[Path]:
    """Return all files below a folder."""
    return [one for one in folder.rglob("*") if one.is_file()]


@pytest.mark.parametrize(
    "plain",
    [
        *("wallet", "simulated", "sportsbook-northbet-production-2026", "WALLET_KEY", "wallet.v2"),
        *("https://wallet.northbet.example/v1/club", "http://127.0.0.1:8080/api"),
        *("The contract of 2026-11-01 raises the limit to 20000.", "https://api.eu-west-1.example.com/v12"),
    ],
)
def test_what_people_write_is_no_secret(plain: str) -> None:
    """Names with years, addresses with versions and sentences pass."""
    assert not looks_like_secret(plain)


async def test_rules_of_a_configuration_are_told_by_field(provider_area: ProviderFixture) -> None:
    """What nodes would refuse is not proposed; another API under the same name is another provider."""

    async def paths(**changes: Any) -> list[str]:
        with pytest.raises(Invalid) as refused:
            await provider_area.submit(**changes)
        return [problem.path for problem in refused.value.problems]

    assert await paths(kinds=["free_spins"]) == ["kinds"]
    assert await paths(timeout_seconds=30) == ["timeoutSeconds"]
    assert await paths(adapter="games", kinds=["casino_bonus"]) == ["adapter"]
    assert await paths(url="ftp://x") == ["url"]
    assert await paths(colour="red") == ["colour"]
    assert await provider_area.decided() == []


async def test_the_list_shows_who_does_not_use_the_revision_and_why(provider_area: ProviderFixture) -> None:
    """A node whose worker cannot use it counts as missing; its health is shown beside."""
    assert await provider_area.approve(await provider_area.submit(secret="wallet-2026")) == "approved"
    (decision,) = await provider_area.decided()
    refused = RefusedMessage(
        key=decision.key, epoch=decision.epoch, number=decision.number, reason="worker w1 cannot use it"
    )
    health = ProviderHealth(
        provider="wallet", worker="w1", revision=1, circuit="open", due=7, error="status 503"
    )
    async with provider_area.own.write() as connection:
        for node, refusals in (("c1", (refused,)), ("c2", ())):
            report = Acknowledgement(
                schema="club.cells/1",
                event_id=node,
                brand_id="*",
                node=node,
                part="fulfilment",
                process="host:1",
                epoch=decision.epoch,
                number=decision.number,
                refused=refusals,
                providers=(health,),
                every_seconds=5,
                reported_at=NOW,
            )
            await NodeRepository().store(connection, [report], NOW)
    (wallet,) = await provider_area.service.listed(VIC)
    assert wallet.present is not None
    assert (wallet.present.revision, wallet.missing) == (2, {"c1/fulfilment": "worker w1 cannot use it"})
    assert [(one.node, one.is_alive, one.health) for one in wallet.health] == [
        ("c1", True, health),
        ("c2", True, health),
    ]
    async with provider_area.own.read() as connection:
        actions = (await connection.execute(select(AUDIT_LOG.c.action))).scalars().all()
    assert sorted(actions) == ["approvals.approve", "approvals.propose", "operations.change_provider"]


async def test_the_form_offers_every_adapter_to_who_sees_providers(provider_area: ProviderFixture) -> None:
    """A new adapter needs nothing in the back office."""
    assert provider_area.service.adapters(VIC) == [adapter.value for adapter in Adapter]
    with pytest.raises(Forbidden):
        provider_area.service.adapters(actor("eve", Role.EDITOR))
