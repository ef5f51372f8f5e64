"""`furlong content …`: reward content, from draft to customers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.json_lists import AsJson, echo_json, table
from furlong.cli.operations.backoffice.signed_in import User, run_as
from furlong.cli.options import fail, stream_settings

if TYPE_CHECKING:
    from backoffice.access.actor import Actor
    from backoffice.content.area import ContentArea
    from backoffice.content.revisions.document import ContentKey
    from backoffice.content.revisions.revision import ContentItem, ContentRevision

cli = typer.Typer(
    no_args_is_help=True,
    help="Reward content: write, submit, approve, publish, roll back; each command signs you in.",
)
Item = Annotated[str, typer.Argument(metavar="BRAND:REWARD[:VERSION]", help="Such as northbet:fb-5:3.")]
Why = Annotated[str, typer.Option("--reason", help="Why, for the audit log.")]
Revision = Annotated[int, typer.Argument(help="The number of a revision.")]


@cli.command(name="list")
def list_items(
    brand: Annotated[str | None, typer.Argument(help="The brand; by default all that you may read.")] = None,
    *,
    user: User,
    as_json: AsJson = False,
) -> None:
    """List content: the state of its open revision, and the revision that customers see."""
    from backoffice.content.repository import ItemFilter

    async def work(parts: ContentArea, actor: Actor) -> list[dict[str, Any]]:
        found = await parts.service.items(actor, brand, ItemFilter(frozenset()), 1000)
        return [
            {
                "item": str(one.key),
                "version": one.version,
                "open": None if one.open is None else f"{one.open.revision} {one.open.state.value}",
                "published": one.published_revision,
            }
            for one in found
        ]

    rows = _with_content(user, work)
    if as_json:
        echo_json(rows)
        return
    shown = [(one["item"], one["open"] or "-", str(one["published"] or "-")) for one in rows]
    typer.echo("\n".join(table([("ITEM", "WAITING", "PUBLISHED"), *shown])))


@cli.command()
def show(item: Item, revision: Revision, *, user: User) -> None:
    """Show a revision as JSON: its document, and who did what."""

    async def work(parts: ContentArea, actor: Actor) -> dict[str, Any]:
        found = await parts.service.revision(actor, _key(item), revision)
        approval = found.approval
        return {
            "revision": found.revision,
            "state": found.state.value,
            "hash": found.content_hash,
            "edited_by": found.edited_by,
            "approved_by": None if approval is None else approval.name,
            "document": found.document.as_json(),
        }

    echo_json([_with_content(user, work)])


@cli.command()
def diff(
    item: Item,
    after: Revision,
    *,
    before: Annotated[int | None, typer.Option(help="The earlier revision; by default an empty one.")] = None,
    user: User,
) -> None:
    """Show what differs between two revisions: [-removed-] and {+added+}."""
    from backoffice.content.revisions.diff import SpanKind

    marks = {SpanKind.SAME: ("", ""), SpanKind.REMOVED: ("[-", "-]"), SpanKind.ADDED: ("{+", "+}")}

    async def work(parts: ContentArea, actor: Actor) -> list[str]:
        found = await parts.service.changes(actor, _key(item), before, after)
        return [
            f"{one.path}: " + "".join(f"{marks[s.kind][0]}{s.text}{marks[s.kind][1]}" for s in one.spans)
            for one in found
        ]

    typer.echo("\n".join(_with_content(user, work)) or "There are no differences.")


@cli.command()
def lint(item: Item, revision: Revision, *, user: User) -> None:
    """Show what lint finds in a revision; exit with 1 if an error blocks its publication."""
    from backoffice.content.lint.findings import errors_of

    async def work(parts: ContentArea, actor: Actor) -> Any:
        found = await parts.service.revision(actor, _key(item), revision)
        return await parts.service.lint(actor, found.key, found.document)

    findings = _with_content(user, work)
    typer.echo("\n".join(map(str, findings)) or "Nothing was found.")
    if errors_of(findings):
        raise typer.Exit(1)


@cli.command()
def save(
    item: Item,
    file: Annotated[Path, typer.Argument(help="A YAML file: position, eligible_games, texts by locale.")],
    *,
    expected: Annotated[int, typer.Option("--expected", help="The item's version that you saw.")] = 0,
    user: User,
) -> None:
    """Store a draft; a revision in review, approved or scheduled is withdrawn."""
    import yaml

    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        fail(error)
    _step(user, item, lambda parts, actor, key: parts.editing.save(actor, key, values or {}, expected))


@cli.command()
def submit(item: Item, *, reason: Why, user: User) -> None:
    """Submit the draft for another person's approval."""

    async def work(parts: ContentArea, actor: Actor, key: ContentKey) -> ContentItem:
        return await parts.editing.submit(actor, key, await _version(parts, actor, key), reason)

    _step(user, item, work)


@cli.command()
def approve(
    item: Item,
    content_hash: Annotated[str, typer.Argument(help="The hash of the document, as `show` prints it.")],
    *,
    user: User,
) -> None:
    """Approve what another person submitted; the hash is that of the document that you have seen."""
    from backoffice.errors import Conflict, Stale

    async def work(parts: ContentArea, actor: Actor, key: ContentKey) -> ContentItem:
        found = await parts.service.item(actor, key)
        proposal = None
        if found is not None and found.open is not None:
            if found.open.content_hash != content_hash:
                raise Stale("this is not what was submitted: look at it again", found.open.content_hash)
            proposal = await parts.service.proposal(actor, found.open)
        if found is None or proposal is None:
            raise Conflict(f"nothing of {key} waits for an approval")
        now = parts.base.clock.machine.now()
        await parts.base.approvals.approve(actor, proposal.proposal_id, proposal.content_hash, now)
        return found

    _step(user, item, work)


@cli.command()
def publish(
    item: Item,
    *,
    local_time: Annotated[
        str | None, typer.Option(metavar="TIME", help="Such as 2026-03-29T09:00, local; by default now.")
    ] = None,
    later: Annotated[
        bool | None, typer.Option("--later/--earlier", help="Which one, if the time exists twice.")
    ] = None,
    user: User,
) -> None:
    """Publish the approved revision now, or at a local time of the brand."""
    from backoffice.content.workflow.local_time import Occurrence

    if local_time is None and later is not None:
        fail("--earlier and --later say which of two equal local times is meant: give --local-time, too")
    which = None if later is None else Occurrence.LATER if later else Occurrence.EARLIER

    async def work(parts: ContentArea, actor: Actor, key: ContentKey) -> ContentItem:
        version = await _version(parts, actor, key)
        if local_time is None:
            return await parts.publication.publish(actor, key, version)
        return await parts.publication.schedule(actor, key, version, local_time, which)

    _step(user, item, work, sends=local_time is None)


@cli.command()
def rollback(item: Item, revision: Revision, *, reason: Why, user: User) -> None:
    """Publish an earlier published revision again, in one step."""

    async def work(parts: ContentArea, actor: Actor, key: ContentKey) -> ContentItem:
        version = await _version(parts, actor, key)
        return await parts.publication.roll_back(actor, key, revision, version, reason)

    _step(user, item, work, sends=True)


async def _version(parts: ContentArea, actor: Actor, key: ContentKey) -> int:
    found = await parts.service.item(actor, key)
    return 0 if found is None else found.version


def _step(
    user: str,
    item: str,
    work: Callable[[ContentArea, Actor, ContentKey], Awaitable[ContentItem]],
    *,
    sends: bool = False,
) -> None:
    """Take a step and print the item's new state; if it has a message, wait until that is on Kafka."""

    async def step(parts: ContentArea, actor: Actor) -> str:
        key = _key(item)
        await work(parts, actor, key)
        if sends:
            await _send(parts)
        found = await parts.service.item(actor, key)
        if found is None:
            return f"{item}: nothing"
        waiting = await _waiting(parts, actor, found.open)
        seen = found.published_revision
        return f"{key} at version {found.version}{waiting}, customers see {seen or 'nothing'}"

    typer.echo(_with_content(user, step))


async def _waiting(parts: ContentArea, actor: Actor, revision: ContentRevision | None) -> str:
    """Return the state of the open revision, with the time at which it is published."""
    from backoffice.content.workflow.local_time import local_text

    if revision is None:
        return ""
    state = f", revision {revision.revision} is {revision.state.value}"
    if revision.publish_at is None:
        return state
    zone = (await parts.service.brand(actor, revision.key.brand)).brand.time_zone
    return f"{state} for {local_text(revision.publish_at, zone)}"


async def _send(parts: ContentArea) -> None:
    from aiokafka.errors import KafkaError

    from backoffice.run_publisher import NotPublished, publish_now

    try:
        await publish_now(parts.base.database, stream_settings(), parts.base.clock)
    except (NotPublished, KafkaError, OSError) as fault:
        typer.echo(f"stored; it is published as soon as Kafka can be reached ({fault})", err=True)


def _with_content(user: str, work: Callable[[ContentArea, Actor], Awaitable[Any]]) -> Any:
    from backoffice.content.area import ContentArea

    async def run(base: Any, actor: Actor) -> Any:
        parts = ContentArea(base)
        try:
            return await work(parts, actor)
        finally:
            await parts.rewards.close()

    return run_as(user, run)


def _key(item: str) -> ContentKey:
    from backoffice.content.revisions.document import ContentKey

    brand, _, rest = item.partition(":")
    reward_id, _, version = rest.partition(":")
    if not brand or not reward_id or (version and not (version.isascii() and version.isdecimal())):
        raise ValueError(f"{item[:64]!r} is not BRAND:REWARD or BRAND:REWARD:VERSION")
    return ContentKey(brand, reward_id, int(version or 0))
