"""Delivers a response in parts: decides what each part contains, and what is fetched next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gateway.errors import RequestError, ResponseTooLarge
from gateway.executor.failures import Failure, Path
from gateway.features.incremental.payloads import Completed, Errors, Increment, Payload, Pending
from gateway.features.incremental.projection import PartProjection, Projected
from gateway.features.incremental.records import (
    DeliveryLimits,
    FieldsRecord,
    FragmentRecord,
    ListRecord,
    Sent,
)
from gateway.features.incremental.stages import Fetching, Stage, Stages
from gateway.features.incremental.targets import (
    FoundFields,
    FoundItems,
    Keys,
    OwnedFailure,
    Owner,
    Slice,
    owned,
)
from gateway.plan import QueryPlan
from gateway.supergraph.deferral import INITIALLY, Delivery

TOO_MANY_PARTS: Final = "TOO_MANY_RESPONSE_PARTS"


class Delivering:
    """The delivery of one response.

    Args:
        plan: The plan.
        fetching: Fetches.
        counts: How many items of each streamed list are delivered first.
        limits: The limits.
        format_errors: Returns the `errors` entries of failures.

    Attributes:
        plan: The plan.
    """

    def __init__(
        self,
        plan: QueryPlan,
        fetching: Fetching,
        counts: dict[Keys, int],
        limits: DeliveryLimits,
        format_errors: Callable[[list[Failure]], Errors],
    ) -> None:
        self.plan = plan
        self._fetching = fetching
        self._counts = counts
        self._limits = limits
        self._format_errors = format_errors
        self._whole = Slice({path: (0, count) for path, count in counts.items()})
        self._failures: list[OwnedFailure] = []
        self._stages = Stages(fetching)
        self._fragments: dict[tuple[int, Path], FragmentRecord] = {}
        self._waiting: list[FragmentRecord] = []
        self._announced: list[FragmentRecord] = []
        self._lists: list[ListRecord] = []
        self._open: dict[str, Pending] = {}
        self._records = 0
        self._ids = 0

    async def initial(self) -> Payload:
        """Return the first part.

        Raises:
            RequestError: There is no response.
        """
        failures = await self._fetching.stage(INITIALLY, self._whole)
        self._failures += self._owned(failures, INITIALLY)
        own = self._taken(lambda failure: failure.concerns_fields(INITIALLY, ()))
        projected = self._project(
            own,
            lambda projection: projection.initial(self.plan.shape, self._fetching.data),
            lambda owner: owner.delivery == INITIALLY,
        )
        errors = self._format_errors(projected.failures)
        payload = Payload(
            {"errors": errors, "data": projected.value} if errors else {"data": projected.value}
        )
        source = Sent(is_sent=True)
        self._note(projected, self._whole, source)
        self._announce_lists(source, payload)
        self._settle(payload)
        return payload

    async def next(self) -> Payload:
        """Return the next part; waiting for it may be cancelled and repeated."""
        payload = Payload()
        while payload.is_empty and self._has_next:
            for stage in await self._stages.ready():
                self._finish(stage, payload)
            self._settle(payload)
        payload.has_next = self._has_next
        return payload

    def confirm(self, payload: Payload) -> None:
        """Record that the client is sent a part."""
        self._open |= {pending.id: pending for pending in payload.pending}
        for ended in payload.completed:
            self._open.pop(ended.of.id, None)

    def abandon(self, error: RequestError) -> Payload:
        """Return the last part, which says why nothing more will be delivered."""
        payload = Payload(has_next=False)
        for pending in self._open.values():
            errors = self._format_errors([_failure_of(error, pending.path)])
            payload.completed.append(Completed(pending, errors))
        self._announced.clear()
        self._lists.clear()
        return payload

    async def close(self) -> None:
        """Cancel everything that is in progress."""
        await self._stages.close()

    @property
    def _has_next(self) -> bool:
        return bool(self._announced or self._lists)

    def _finish(self, stage: Stage, payload: Payload) -> None:
        """Project everything that was waiting for a stage."""
        if not stage.is_over:
            self._take_result(stage)
        fields, stage.fields = stage.fields, []
        for field in fields:
            self._project_fields(field, stage)
        lists, stage.lists = stage.lists, []
        for record in lists:
            self._project_items(record, stage, payload)

    def _take_result(self, stage: Stage) -> None:
        stage.is_over = True
        try:
            failures = stage.task.result()
        except RequestError as error:
            stage.refusal = error
            return
        for failure in self._owned(failures, stage.delivery):
            if stage.lists and failure.owner.item is None and failure.owner.delivery == stage.delivery:
                stage.elsewhere.append(failure.failure)
            else:
                self._failures.append(failure)

    def _project_fields(self, record: FieldsRecord, stage: Stage) -> None:
        target = record.target
        record.is_done = True
        if stage.refusal is not None:
            record.failures = [_failure_of(stage.refusal, target.path)]
            return
        own = self._taken(lambda failure: failure.concerns_fields(target.deferred.delivery, target.path))
        projected = self._project(
            own,
            lambda projection: projection.fields_of(target),
            lambda owner: (owner.delivery, owner.at) == (target.deferred.delivery, target.path),
        )
        record.value, record.failures = projected.value, projected.failures
        self._note(projected, record.part, record.contents)

    def _project_items(self, record: ListRecord, stage: Stage, payload: Payload) -> None:
        if record.pending is None:
            raise AssertionError("items are fetched once their list is announced")
        target, start = record.target, record.next
        stop = stage.part.windows[_path_of(record)][1]
        source, at = Sent(is_sent=True), (*target.path, start)
        if stage.refusal is None:
            own = self._taken(lambda failure: failure.concerns_items(target.path, start, stop))
            elsewhere, stage.elsewhere = stage.elsewhere, []
            projected = self._project(
                own + elsewhere,
                lambda projection: projection.items_of(target, start, stop),
                lambda owner: owner.is_within_items(target.path, start, stop),
            )
            value, failures = projected.value, projected.failures
            self._note(projected, stage.part, source)
        else:
            value, failures = None, [_failure_of(stage.refusal, target.path)]
        errors = self._format_errors(failures)
        if value is None:
            payload.completed.append(Completed(record.pending, errors, record.next))
            self._lists.remove(record)
            return
        payload.increments.append(Increment(record.pending, at, items=value, errors=errors))
        record.next = stop
        if stop >= len(target.items):
            payload.completed.append(Completed(record.pending))
            self._lists.remove(record)
        else:
            self._fetch_items(record)
        self._announce_lists(source, payload)

    def _note(self, projected: Projected, part: Slice, source: Sent) -> None:
        """Record what a part leaves for later parts, and start to fetch it."""
        for rest in projected.found:
            self._count()
            if isinstance(rest, FoundFields):
                self._note_fields(rest, part, source)
            else:
                first = self._counts[rest.wanted.streamed.path] if rest.wanted.streamed else 0
                source.lists.append(ListRecord(rest, part, first))

    def _note_fields(self, fields: FoundFields, part: Slice, source: Sent) -> None:
        record = FieldsRecord(fields, part, source)
        for number in sorted(fields.deferred.delivery):
            fragment = self._fragment(number, fields.path, source)
            fragment.parts.append(record)
            record.fragments.append(fragment)
        stage = self._stages.of(fields.deferred.delivery, part)
        if stage.is_over:
            self._project_fields(record, stage)
        else:
            stage.fields.append(record)

    def _fragment(self, number: int, path: Path, source: Sent) -> FragmentRecord:
        """Return the record of a deferred fragment around fields at a path."""
        at = _prefix(path, len(self.plan.deferred[number].path))
        record = self._fragments.get((number, at))
        if record is None:
            record = self._fragments[number, at] = FragmentRecord(number, at, source)
            self._waiting.append(record)
        return record

    def _count(self) -> None:
        self._records += 1
        if self._records > self._limits.records:
            message = f"The response has more than {self._limits.records} deferred parts: defer less."
            raise ResponseTooLarge(message, TOO_MANY_PARTS)

    def _settle(self, payload: Payload) -> None:
        """Announce and deliver all deferred fragments that are due."""
        is_settled = False
        while not is_settled:
            ended = [fragment for fragment in self._announced if all(part.is_done for part in fragment.parts)]
            for fragment in ended:
                self._complete(fragment, payload)
            due = [fragment for fragment in self._waiting if self._is_due(fragment)]
            for fragment in due:
                number = fragment.number
                fragment.pending = self._pending(fragment.path, self.plan.deferred[number].label, number)
                payload.pending.append(fragment.pending)
            self._announced += due
            self._waiting = [
                fragment for fragment in self._waiting if fragment.pending is None and not fragment.has_failed
            ]
            is_settled = not (ended or due)
        payload.has_next = self._has_next

    def _is_due(self, fragment: FragmentRecord) -> bool:
        """Return whether a fragment can be announced: what contains it was sent."""
        parent = self.plan.deferred[fragment.number].parent
        while parent is not None:
            at = _prefix(fragment.path, len(self.plan.deferred[parent].path))
            around = self._fragments.get((parent, at))
            if around is not None:
                fragment.has_failed = fragment.has_failed or around.has_failed
                return around.is_over and not around.has_failed and fragment.source.is_sent
            parent = self.plan.deferred[parent].parent
        return fragment.source.is_sent

    def _complete(self, fragment: FragmentRecord, payload: Payload) -> None:
        """Deliver a fragment, or say why it will never be delivered."""
        if fragment.pending is None:
            raise AssertionError("a fragment is announced before it is delivered")
        self._announced.remove(fragment)
        fragment.is_over = True
        lost = [part for part in fragment.parts if part.value is None]
        if lost:
            fragment.has_failed = True
            failures = [failure for part in lost for failure in part.failures]
            errors = self._format_errors(failures)
            payload.completed.append(Completed(fragment.pending, errors))
            return
        for part in sorted(fragment.parts, key=lambda part: len(part.target.path)):
            if not part.contents.is_sent:
                part.contents.is_sent = True
                errors = self._format_errors(part.failures)
                increment = Increment(fragment.pending, part.target.path, part.value, errors=errors)
                payload.increments.append(increment)
                self._announce_lists(part.contents, payload)
        payload.completed.append(Completed(fragment.pending))

    def _announce_lists(self, source: Sent, payload: Payload) -> None:
        """Announce the streamed lists in a part that is sent, and start to fetch their next items."""
        for record in source.lists:
            streamed = record.target.wanted.streamed
            label = None if streamed is None else streamed.label
            record.pending = self._pending(record.target.path, label)
            payload.pending.append(record.pending)
            self._lists.append(record)
            self._fetch_items(record)
        source.lists.clear()

    def _fetch_items(self, record: ListRecord) -> None:
        streamed = record.target.wanted.streamed
        if streamed is None:
            raise AssertionError("only streamed lists are recorded")
        stop = record.next + self._limits.items_at_once
        stage = self._stages.of(streamed.delivery, record.part.later(streamed.path, record.next, stop))
        stage.lists.append(record)

    def _pending(self, path: Path, label: str | None, fragment: int | None = None) -> Pending:
        self._ids += 1
        return Pending(str(self._ids - 1), path, label, fragment)

    def _owned(self, failures: list[Failure], delivery: Delivery) -> list[OwnedFailure]:
        return [owned(failure, delivery, self.plan.shape, self._counts) for failure in failures]

    def _taken(self, concerns: Callable[[OwnedFailure], bool]) -> list[Failure]:
        """Take the failures that a part reports; each is reported once."""
        taken: list[Failure] = []
        kept: list[OwnedFailure] = []
        for failure in self._failures:
            if concerns(failure):
                taken.append(failure.failure)
            else:
                kept.append(failure)
        self._failures = kept
        return taken

    def _project(
        self,
        own: list[Failure],
        project: Callable[[PartProjection], Projected],
        is_within: Callable[[Owner], bool],
    ) -> Projected:
        """Project a part; it also reports failures of items whose list a null has replaced."""
        projected = project(PartProjection(own, self._limits.list_items, self._counts))
        streamed = [items.path for items in projected.found if isinstance(items, FoundItems)]
        lost = self._taken(
            lambda failure: is_within(failure.owner) and failure.owner.is_item_outside(streamed)
        )
        if not lost:
            return projected
        return project(PartProjection(own + lost, self._limits.list_items, self._counts))


def _path_of(record: ListRecord) -> Keys:
    if record.target.wanted.streamed is None:
        raise AssertionError("only streamed lists are recorded")
    return record.target.wanted.streamed.path


def _failure_of(error: RequestError, path: Path) -> Failure:
    return Failure(error.message, error.code, None, path)


def _prefix(path: Path, names: int) -> Path:
    """Return the beginning of a path, down to the object below so many response names."""
    end = 0
    for part in path:
        if not isinstance(part, int):
            if names == 0:
                break
            names -= 1
        end += 1
    return path[:end]
