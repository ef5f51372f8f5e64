"""No sequence of calls publishes what one person made alone, or what changed after its approval."""

import asyncio
import itertools
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from backoffice.access import Actor
from backoffice.approvals import repository as proposals
from backoffice.audit.audit_log import verify
from backoffice.content import repository
from backoffice.content.revisions.document import ContentDocument
from backoffice.content.revisions.revision import RevisionState
from backoffice.errors import BackofficeError
from tests.backoffice.content_fixture import (
    ANN,
    ANN_AGAIN,
    BOB,
    CAT,
    DAN,
    EVE,
    KEY,
    ContentFixture,
    content_fixture,
    document,
)
from tests.support.examples import examples
from tests.support.kept_databases import KeptDatabases

T = TypeVar("T")
PEOPLE = st.sampled_from([ANN, ANN_AGAIN, BOB, CAT, DAN, EVE])
WORDS = st.sampled_from(["fine", "fine", "fine", "Bet now", "<script>alert(1)</script>"])


class Workflow(RuleBasedStateMachine):
    """Calls in any order by anybody, right and wrong."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.content_area: ContentFixture = self.run_now(
            self.stack.enter_async_context(content_fixture(self.fresh_url()))
        )
        self.numbers = itertools.count(1)
        self.authors: dict[str, str] = {}
        self.approvals: set[tuple[str, str]] = set()
        self.proposed: list[tuple[str, str]] = []

    def fresh_url(self) -> str:
        """Return where no database is yet."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        return f"sqlite+aiosqlite:///{folder}"

    def run_now(self, step: Coroutine[Any, Any, T]) -> T:
        """Run a step to its end."""
        return self.runner.run(step)

    def attempt(self, step: Coroutine[Any, Any, T]) -> T | None:
        """Run a step; a refusal changes nothing."""
        try:
            return self.run_now(step)
        except BackofficeError:
            return None

    async def _version(self) -> int:
        async with self.content_area.database.read() as connection:
            item = await repository.item(connection, KEY)
        return 0 if item is None else item.version

    def version(self, behind: int) -> int:
        """Return the item's version, or one that somebody saw earlier."""
        return max(0, self.run_now(self._version()) - behind)

    @rule(who=PEOPLE, behind=st.sampled_from([0, 0, 0, 1]), words=WORDS)
    def save(self, who: Actor, behind: int, words: str) -> None:
        """Somebody saves a text of their own."""
        values = document(f"Free bet {next(self.numbers)}", summary=words)
        if self.attempt(self.content_area.editing.save(who, KEY, values, self.version(behind))):
            self.authors[ContentDocument.of(values).hash] = who.person

    @rule(who=PEOPLE, behind=st.sampled_from([0, 0, 0, 1]))
    def submit(self, who: Actor, behind: int) -> None:
        """Somebody submits the draft."""
        self.attempt(self.content_area.editing.submit(who, KEY, self.version(behind), "please"))
        self.run_now(self._note_proposals())

    async def _note_proposals(self) -> None:
        async with self.content_area.database.read() as connection:
            for revision in await repository.revisions(connection, KEY, 100):
                found = revision.proposal_id and await proposals.find(connection, revision.proposal_id)
                if found and (found.proposal_id, found.content_hash) not in self.proposed:
                    self.proposed.append((found.proposal_id, found.content_hash))

    @rule(author=st.sampled_from([ANN, BOB]), then=st.sampled_from(["wait", "publish", "schedule"]))
    def go_by_the_book(self, author: Actor, then: str) -> None:
        """People do as they should, so that machines get far."""
        self.save(author, 0, "fine")
        self.submit(author, 0)
        if self.proposed:
            self._approve(CAT, *self.proposed[-1])
        if then == "publish":
            self.publish(CAT, 0)
        elif then == "schedule":
            self.schedule(CAT, 1)

    @rule(hours=st.integers(0, 2), edited=st.booleans())
    def schedule_and_edit(self, *, hours: int, edited: bool) -> None:
        """Somebody edits what is scheduled, before it is due or not."""
        self.go_by_the_book(ANN, "schedule")
        if edited:
            self.save(BOB, 0, "fine")
        self.time_passes(hours)

    @rule(who=PEOPLE, data=st.data(), other_hash=st.booleans())
    def approve(self, *, who: Actor, data: st.DataObject, other_hash: bool) -> None:
        """Somebody approves a proposal, new or old, having seen this or another document."""
        if not self.proposed:
            return
        proposal, seen = data.draw(st.sampled_from(self.proposed))
        seen = "0" * 64 if other_hash and data.draw(st.booleans()) else seen
        self._approve(who, proposal, seen)

    def _approve(self, who: Actor, proposal: str, seen: str) -> None:
        approved = self.attempt(
            self.content_area.approvals.approve(who, proposal, seen, self.content_area.clock.now())
        )
        if approved is not None:
            content: Any = approved.content
            self.approvals.add((content["hash"], who.person))

    @rule(who=PEOPLE, data=st.data(), own=st.booleans())
    def end_proposal(self, *, who: Actor, data: st.DataObject, own: bool) -> None:
        """Somebody rejects a proposal, or withdraws their own."""
        if self.proposed:
            proposal, _ = data.draw(st.sampled_from(self.proposed))
            now, approvals = self.content_area.clock.now(), self.content_area.approvals
            self.attempt(
                approvals.withdraw(who, proposal, now) if own else approvals.reject(who, proposal, "no", now)
            )

    @rule(who=PEOPLE, behind=st.sampled_from([0, 0, 0, 1]))
    def publish(self, who: Actor, behind: int) -> None:
        """Somebody publishes."""
        self.attempt(self.content_area.publication.publish(who, KEY, self.version(behind)))

    @rule(who=PEOPLE, hours=st.integers(-2, 4))
    def schedule(self, who: Actor, hours: int) -> None:
        """Somebody schedules, or tries to for the past."""
        local = (self.content_area.clock.now() + timedelta(hours=hours)).replace(tzinfo=None)
        self.attempt(self.content_area.publication.schedule(who, KEY, self.version(0), local))

    @rule(who=PEOPLE)
    def unschedule(self, who: Actor) -> None:
        """Somebody takes a schedule back."""
        self.attempt(self.content_area.publication.unschedule(who, KEY, self.version(0)))

    @rule(who=PEOPLE)
    def withdraw(self, who: Actor) -> None:
        """Somebody takes the open revision off its way."""
        self.attempt(self.content_area.editing.withdraw(who, KEY, self.version(0)))

    @rule(who=PEOPLE, revision=st.integers(1, 8))
    def roll_back(self, who: Actor, revision: int) -> None:
        """Somebody publishes an earlier revision again."""
        self.attempt(
            self.content_area.publication.roll_back(who, KEY, revision, self.version(0), "as before")
        )

    @rule(hours=st.integers(0, 3))
    def time_passes(self, hours: int) -> None:
        """The worker publishes what is due."""
        self.content_area.clock.instant += timedelta(hours=hours)
        self.run_now(self.content_area.publication.publish_due())

    @invariant()
    def nothing_unseen_is_published(self) -> None:
        """Whatever was announced was approved, as it stands, by somebody else than its author."""
        for key, _, after in self.content_area.announced.documents:
            approvers = {person for approved, person in self.approvals if approved == after.hash}
            assert approvers - {self.authors[after.hash]}, after
            assert self.authors[after.hash] not in approvers
            assert key == KEY
            assert "now" not in after.texts["en-GB"].summary

    @invariant()
    def customers_see_one_revision(self) -> None:
        """It is the one that was announced last, and each announcement names the one before."""
        announced = self.content_area.announced.documents
        published = [one for one in self.run_now(self._revisions()) if one.state is RevisionState.PUBLISHED]
        assert [one.document for one in published] == [after for *_, after in announced[-1:]]
        assert [before for _, before, _ in announced[1:]] == [after for *_, after in announced[:-1]]

    async def _revisions(self) -> list[Any]:
        async with self.content_area.database.read() as connection:
            return await repository.revisions(connection, KEY, 1000)

    def teardown(self) -> None:
        """The audit log is whole."""
        findings = self.run_now(self._verify())
        self.run_now(self.stack.aclose())
        self.runner.close()
        assert findings == ()

    async def _verify(self) -> tuple[object, ...]:
        async with self.content_area.database.read() as connection:
            return (await verify(connection)).findings


def machine_settings(max_examples: int) -> settings:
    """Return settings under which the machine's speed does not matter."""
    return settings(
        max_examples=max_examples, stateful_step_count=25, suppress_health_check=list(HealthCheck)
    )


def test_every_sequence_of_calls_needs_four_eyes() -> None:
    """On SQLite."""
    run_state_machine_as_test(Workflow, settings=machine_settings(examples(5)))


def test_every_sequence_of_calls_needs_four_eyes_on_mariadb(kept_on_mariadb: KeptDatabases) -> None:
    """On MariaDB, whose locks are another matter."""

    class OnMariadb(Workflow):
        def fresh_url(self) -> str:
            return self.stack.enter_context(kept_on_mariadb.lent())

    run_state_machine_as_test(OnMariadb, settings=machine_settings(examples(1)))
