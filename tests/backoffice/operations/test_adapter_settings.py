"""Settings of adapters in the back office: four eyes, stale changes, hostile fields, and no secret."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
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
from backoffice.global_events.models import SUBJECT
from backoffice.operations.providers.adapter_configurations import AdapterConfigurations
from backoffice.operations.providers.adapter_document import environment_configurations
from backoffice.operations.providers.adapter_health import Readings
from backoffice.operations.providers.adapter_list import AdapterState
from backoffice.operations.providers.setting_fields import FieldKind, setting_fields
from consumers.messages.global_events.states import MAX_SETTINGS_BYTES
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from providers.configuration import ConfigurationStatus, RefusedRevision, digest_of
from providers.delivery import StatusMessage
from providers.registry import NAMES, find_adapter
from tests.backoffice.operations.test_providers import SECRETS, files_in
from tests.backoffice.operations.test_taken_over import publish
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database, copy_backoffice
from tests.support.office.global_messages import MemoryTopic

SOON = NOW + timedelta(minutes=5)
OLGA, OTTO = (actor(name, Role.OPERATOR, brand="*", stepped_up_until=SOON) for name in ("olga", "otto"))
VIC = actor("vic", Role.VIEWER, brand="*")


@dataclass
class SettingsFixture:
    """The settings of adapters over a back office of which nothing was decided yet."""

    own: Database
    approvals: Approvals
    configurations: AdapterConfigurations

    async def submit(
        self,
        who: Actor = OLGA,
        seen: int = 1,
        *,
        of: str = "exchange",
        reason: str = "the account has other markets",
        **changes: Any,
    ) -> str:
        """Propose a change of what the environment says."""
        settings = {**self.configurations.environment[of].settings, **changes}
        return await self.configurations.submit(
            who, {"name": of, "settings": settings}, seen=seen, reason=reason
        )

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

    async def proposed(self, proposal_id: str) -> Any:
        """Return what a proposal shows to the person who approves it."""
        async with self.own.read() as connection:
            found = await proposals.find(connection, proposal_id)
        assert found is not None
        return found.content

    async def refused(self, **changes: Any) -> set[str]:
        """Propose what may not be proposed; return the fields at which something is wrong."""
        with pytest.raises(Invalid) as refused:
            await self.submit(**changes)
        return {problem.path for problem in refused.value.problems}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SettingsFixture]:
    """Open the services."""
    clock = ManualClock(NOW)
    async with backoffice_database(url) as own:
        audit = AuditLog(clock)
        approvals = Approvals(own, audit, clock)
        configurations = AdapterConfigurations(own, audit, approvals, clock, environment_configurations())
        approvals.register(configurations.proposal_kind)
        yield SettingsFixture(own, approvals, configurations)


@pytest.fixture
async def area(tmp_path: Path) -> AsyncIterator[SettingsFixture]:
    """The services over an embedded database."""
    async with opened(f"sqlite+aiosqlite:///{tmp_path}") as found:
        yield found


async def test_a_revision_needs_two_people_and_goes_out_as_a_message(area: SettingsFixture) -> None:
    """What the environment says is revision 1; the audit log has who changed what."""
    (imported,) = await area.configurations.revisions(VIC, "exchange", 10)
    assert (imported.revision, imported.approved_by, imported.document.settings["levels"]) == (1, None, 3)
    proposal = await area.submit(levels=1, countries=["GB"])
    assert [await area.approve(proposal, who) for who in (OLGA, OTTO)] == ["FOUR_EYES", "approved"]
    assert await area.approve(
        await area.submit(seen=2, levels=2), actor("otto", Role.OPERATOR, brand="*")
    ) == ("STEP_UP_REQUIRED")
    async with area.own.read() as connection:
        (decision,) = list(await connection.execute(select(SUBJECT)))
        actions = (await connection.execute(select(AUDIT_LOG.c.action))).scalars().all()
    assert (decision.key, decision.state["revision"]) == ("*:adapter:exchange", 2)
    assert (decision.state["settings"]["levels"], decision.state["settings"]["port"]) == (1, 443)
    assert "operations.change_adapter" in actions
    changed = await area.configurations.diff(VIC, "exchange", 1, 2)
    assert {one.field: (one.before, one.after) for one in changed} == {
        "levels": (3, 1),
        "countries": ([], ["GB"]),
    }
    with pytest.raises(Forbidden):
        await area.submit(VIC, seen=2, levels=4)


async def test_what_was_made_from_an_earlier_revision_is_refused(area: SettingsFixture) -> None:
    """At the proposal, and at the approval if another one was faster; going back takes two people, too."""
    first, second = await area.submit(levels=1), await area.submit(levels=2)
    assert [await area.approve(first), await area.approve(second)] == ["approved", "STALE"]
    with pytest.raises(Stale):
        await area.submit(levels=4)
    back = await area.configurations.roll_back(OLGA, "exchange", 1, seen=2, reason="it was better")
    assert [await area.approve(back, OLGA), await area.approve(back)] == ["FOUR_EYES", "approved"]
    assert await area.configurations.diff(VIC, "exchange", 1, 3) == []


async def test_a_first_proposal_shows_every_setting(area: SettingsFixture) -> None:
    """The process may have other values than the environment of the back office; later ones show changes."""
    first = await area.submit(of="stats", url="https://stats.example", poll_seconds=20)
    content = await area.proposed(first)
    shown = {change["field"]: (change["before"], change["after"]) for change in content["changes"]}
    assert shown == {
        "url": ("", "https://stats.example"),
        "answer_seconds": (10.0, 10.0),
        "poll_seconds": (10.0, 20.0),
    }
    assert content["imported"]
    assert await area.approve(first) == "approved"
    later = await area.submit(of="stats", seen=2, url="https://stats.example", poll_seconds=30)
    content = await area.proposed(later)
    assert ([change["field"] for change in content["changes"]], content["imported"]) == (
        ["poll_seconds"],
        False,
    )


@pytest.mark.parametrize("name", ["stats", "virtual", "video"])
async def test_an_adapter_that_asks_an_api_needs_its_address(area: SettingsFixture, name: str) -> None:
    """With an empty one its process would be down."""
    assert await area.refused(of=name, url="") == {"url"}
    assert await area.submit(of=name, url="https://api.example/v1")


HOSTILE: Mapping[str, Any] = {
    "port": 70_000,
    "levels": "three",
    "refresh_seconds": float("inf"),
    "catalogue_url": "http://elsewhere.example",
    "markets": {"1": 2},
    "host": "a\u202eb",
    "countries": ["x" * 1_001],
    "event_types": ["1"] * 501,
    "authority": 7,
}


async def test_no_port_is_above_the_greatest(area: SettingsFixture) -> None:
    """The process could not listen there."""
    hostile = {"url": "https://api.example/v1", "listen": "127.0.0.1:99999"}
    assert await area.refused(of="virtual", **hostile) == {"listen"}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_the_declaration_forbids_is_told_at_its_field(area: SettingsFixture, name: str) -> None:
    """By the settings class of the adapter itself."""
    assert await area.refused(**{name: HOSTILE[name]}) == {name}


async def test_no_other_field_and_no_other_adapter_is_taken(area: SettingsFixture) -> None:
    """Nor what pydantic takes for its own, nor an object that is none, nor more than a message may have."""
    assert await area.refused(colour="red") == {"colour"}
    assert await area.refused(_env_file="/etc/passwd") == {"_env_file"}
    assert await area.refused(reason=" ") == {"reason"}
    assert await area.refused(markets=[f"1.{number:0900}" for number in range(20)]) == {"markets"}
    for fields in ({"name": "wallet", "settings": {}}, {"name": "exchange", "settings": []}):
        with pytest.raises(Invalid):
            await area.configurations.submit(OLGA, fields, seen=1, reason="r")
    words = [f"market {'-' * 900} of {number}" for number in range(MAX_SETTINGS_BYTES // 900 + 1)]
    assert await area.refused(markets=words) == {""}


async def test_a_secret_is_refused_and_stands_nowhere(area: SettingsFixture, tmp_path: Path) -> None:
    """Whichever setting it is typed into."""
    said = ""
    for secret in SECRETS:
        fields: dict[str, Any] = {"host": secret, "markets": [secret], "reason": secret, secret: "x"}
        for name, value in fields.items():
            changed: dict[str, Any] = {name: value}
            with pytest.raises(Invalid) as refused:
                await area.submit(**changed)
            assert refused.value.problems[0].path == (name if name != secret else "settings")
            said += f"{refused.value} {refused.value.details}"
    stored = b"".join(one.read_bytes() for one in files_in(tmp_path))
    assert [one for one in SECRETS if one in said + stored.decode(errors="replace")] == []


@pytest.mark.parametrize("variable", ["HOST", "API_URL", "USER", "VIRTUAL_HOST"])
def test_a_secret_of_the_environment_is_not_imported(
    variable: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is known of that adapter, and the value is not shown."""
    assert environment_configurations().keys() == set(NAMES)
    monkeypatch.setenv(f"FURLONG_FEED_{variable}", "https://user:hunter2hunter@host.example/v1")
    assert environment_configurations().keys() == set(NAMES) - {"feed"}
    assert "hunter2" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_of_every_adapter_has_a_field(name: str) -> None:
    """With its meaning, and with a range where the declaration has one."""
    declared = find_adapter(name)
    fields = {field.name: field for field in setting_fields(declared, {})}
    assert fields.keys() == declared.settings.model_fields.keys()
    for field in fields.values():
        assert field.help
        assert field.label
        assert (field.unit == "seconds") == field.name.endswith("_seconds")
    if name == "exchange":
        levels, markets = fields["levels"], fields["markets"]
        assert (levels.kind, levels.least, levels.most) == (FieldKind.INTEGER, 1, 10)
        assert (markets.kind, fields["authority"].optional) == (FieldKind.TEXTS, True)


async def test_no_revision_is_used_again_after_an_older_backup(tmp_path: Path) -> None:
    """The next one continues after what processes have seen on the topic."""
    topic = MemoryTopic()
    async with opened(f"sqlite+aiosqlite:///{tmp_path / 'live'}") as area:
        await publish(area.own, topic)
    copy_backoffice(tmp_path, "live", to=("older", "later"))
    async with opened(f"sqlite+aiosqlite:///{tmp_path / 'later'}") as area:
        assert await area.approve(await area.submit(levels=1)) == "approved"
        await publish(area.own, topic, minutes=1)
    async with opened(f"sqlite+aiosqlite:///{tmp_path / 'older'}") as area:
        await publish(area.own, topic, minutes=2)
        found = await area.configurations.find(VIC, "exchange")
        assert (found.revision, found.document.settings["levels"]) == (2, 1)
        assert await area.approve(await area.submit(seen=2, levels=2)) == "approved"
        await publish(area.own, topic, minutes=3)
    assert topic.last()["*:adapter:exchange"].state["revision"] == 3


async def test_the_page_says_why_a_process_does_not_use_what_is_in_force(area: SettingsFixture) -> None:
    """A refused revision, another environment, or one that it has not told yet; nothing if all is equal."""
    assert await area.approve(await area.submit(levels=1)) == "approved"
    present = await area.configurations.find(VIC, "exchange")
    same = digest_of(present.document.settings)

    def unused(digest: str, refused: RefusedRevision | None = None) -> str | None:
        used = ConfigurationStatus(revision=1, source="environment", digest=digest, refused=refused)
        told = StatusMessage(
            provider="exchange",
            kind="exchange",
            complete=True,
            incomplete_since=None,
            reason="",
            first_revision=1,
            capabilities=(),
            delay_ms=0,
            occurred_at=NOW,
            configuration=used,
        )
        health = Readings({"exchange": told}).of_process("exchange", NOW, 5)
        declared = find_adapter("exchange")
        state = AdapterState(
            "exchange", declared, is_configured=True, off=None, health=health, settings=present, told=told
        )
        assert state.revision == 2
        return state.unused

    assert unused(same) is None
    assert unused("0" * 32) == "it has told that it uses revision 1"
    assert unused("0" * 32, RefusedRevision(2, "a secret is missing")) == "a secret is missing"
