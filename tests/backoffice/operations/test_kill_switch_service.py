"""Kill switches in the back office: who may, with which reason, on record, and what the nodes will read."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from backoffice.access import Role
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.repository import AUDIT_LOG
from backoffice.errors import Forbidden, Invalid, StepUpRequired
from backoffice.global_events.acknowledgements import NodeReport
from backoffice.operations.kill_switches import KillSwitchService, SwitchTarget
from backoffice.operations.nodes import NodeService
from foundation.storage.clock import ManualClock
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import GlobalOrder, SwitchScope
from subgraphs.rewards import models as rewards
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database

BRAND = SwitchTarget(SwitchScope.BRAND, "northbet")
PROVIDER = SwitchTarget(SwitchScope.PROVIDER, ALL_BRANDS, "wallet")
OPERATOR = actor("olga", Role.OPERATOR, stepped_up_until=NOW + timedelta(minutes=5))
FOR_ALL = replace(OPERATOR, roles={ALL_BRANDS: frozenset({Role.OPERATOR})})


@pytest.fixture
async def service(tmp_path: object) -> AsyncIterator[KillSwitchService]:
    """The service over databases that know northbet."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with backoffice_database(url) as own, migrated(url, "rewards", rewards.METADATA) as known:
        brand = {
            "brand_id": "northbet",
            "name": "Northbet",
            "time_zone": "Europe/London",
            "default_locale": "en-GB",
            "locales": ["en-GB"],
            "default_jurisdiction": "GB",
            "jurisdictions": ["GB"],
            "default_currency": "GBP",
            "currencies": ["GBP"],
            "occurred_at": NOW,
            "zone_issued_at": NOW,
        }
        async with known.write() as connection:
            await connection.execute(insert(rewards.REFERENCE.brand).values(brand))
        yield KillSwitchService(own, known, AuditLog(ManualClock(NOW)), ManualClock(NOW))


async def test_a_switch_is_numbered_and_on_record(service: KillSwitchService) -> None:
    """Off and on are two decisions with two audit rows; off again while it is off is neither."""
    off = await service.switch(OPERATOR, BRAND, off=True, reason="wrong terms")
    assert (off.key, off.order.number, off.state["off"]) == ("northbet:switch:brand", 1, True)
    assert await service.switch(OPERATOR, BRAND, off=True, reason="again") == off
    on = await service.switch(OPERATOR, BRAND, off=False, reason="corrected")
    assert (on.order.number, on.state["off"]) == (2, False)
    async with service.database.read() as connection:
        rows = (await connection.execute(select(AUDIT_LOG.c.action, AUDIT_LOG.c.reason))).all()
    assert [tuple(row) for row in rows] == [
        ("operations.switch_off", "wrong terms"),
        ("operations.switch_on", "corrected"),
    ]


async def test_a_provider_is_switched_on_anew_to_clear_alarms(service: KillSwitchService) -> None:
    """It gets a new number though it is on already."""
    first = await service.switch(FOR_ALL, PROVIDER, off=False, reason="the alarm is dealt with")
    again = await service.switch(FOR_ALL, PROVIDER, off=False, reason="the next one too")
    assert again.order > first.order


async def test_who_may_not_switch_changes_nothing(service: KillSwitchService) -> None:
    """It takes the permission for the brand, a fresh second factor, a reason, and something that exists."""
    stranger = actor("sue", Role.OPERATOR, brand="southbet", stepped_up_until=NOW + timedelta(minutes=5))
    viewer = actor("vic", Role.VIEWER, stepped_up_until=NOW + timedelta(minutes=5))
    for person, target in ((stranger, BRAND), (viewer, BRAND), (OPERATOR, PROVIDER)):
        with pytest.raises(Forbidden):
            await service.switch(person, target, off=True, reason="why not")
    with pytest.raises(StepUpRequired):
        await service.switch(replace(OPERATOR, stepped_up_until=NOW), BRAND, off=True, reason="hurry")
    for target, reason in (
        (BRAND, "  "),
        (SwitchTarget(SwitchScope.REWARD, "northbet", "fb-50"), "misspelt"),
        (SwitchTarget(SwitchScope.REWARD, "northbet"), "no name"),
        (SwitchTarget(SwitchScope.BRAND, "northbet", "fb-5"), "a name too many"),
    ):
        with pytest.raises(Invalid):
            await service.switch(OPERATOR, target, off=True, reason=reason)
    assert await service.page(OPERATOR, first=10) == []


async def test_a_misspelt_provider_is_not_switched(service: KillSwitchService) -> None:
    """As soon as providers are known here: nothing would be stopped, and people would rely on it."""
    informed = replace(service, files=("wallet", "games"))
    misspelt = replace(PROVIDER, name="walet")
    for off in (True, False):
        with pytest.raises(Invalid, match="There is no provider walet; there are games, wallet"):
            await informed.switch(FOR_ALL, misspelt, off=off, reason="slow")
    assert await informed.page(FOR_ALL, first=10) == []
    assert (await informed.switch(FOR_ALL, PROVIDER, off=True, reason="slow")).state["off"]
    left = replace(service, files=("games",))  # it was removed from the file, and can be switched on again
    assert not (await left.switch(FOR_ALL, PROVIDER, off=False, reason="well again")).state["off"]
    other = replace(PROVIDER, name="other")
    assert (await service.switch(FOR_ALL, other, off=True, reason="an emergency")).state["off"]


async def test_nodes_that_lack_a_decision_are_named(service: KillSwitchService) -> None:
    """People of one brand see its decisions and those of all brands, and not those of other brands."""
    await service.switch(OPERATOR, BRAND, off=True, reason="wrong terms")
    await service.switch(FOR_ALL, PROVIDER, off=True, reason="slow")
    nodes = NodeService(service.database, service.audit, service.clock)
    (provider, brand) = await nodes.page(OPERATOR, first=10)
    assert (provider.decision.key, brand.decision.key) == (
        "*:switch:provider:wallet",
        "northbet:switch:brand",
    )
    stranger = actor("sue", Role.VIEWER, brand="southbet")
    assert [one.decision.key for one in await nodes.page(stranger, first=10)] == ["*:switch:provider:wallet"]
    report = NodeReport("main", "rewards", "p", GlobalOrder(0, 0), (), (), 5.0, NOW, NOW)
    assert not report.has_applied(brand.decision)
    assert replace(report, order=brand.decision.order).has_applied(brand.decision)
    assert report.is_alive(NOW + timedelta(seconds=15))
    assert not report.is_alive(NOW + timedelta(seconds=16))
