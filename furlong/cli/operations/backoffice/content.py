"""`furlong content …`: drafts of reward content to and from files; people do the rest on the screens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.operations.backoffice.signed_in import User, run_as
from furlong.cli.options import fail

if TYPE_CHECKING:
    from backoffice.access import Actor
    from backoffice.content.area import ContentArea
    from backoffice.content.revisions.document import ContentKey

cli = typer.Typer(
    no_args_is_help=True, help="Reward content: read it, check it, store drafts; each command signs you in."
)
Item = Annotated[str, typer.Argument(metavar="BRAND:REWARD[:VERSION]", help="Such as northbet:fb-5:3.")]
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
        items = await parts.service.items(actor, brand, ItemFilter(frozenset()), 1000)
        return [
            {
                "item": str(item.key),
                "version": item.version,
                "open": None if item.open is None else f"{item.open.revision} {item.open.state.value}",
                "published": item.published_revision,
            }
            for item in items
        ]

    rows = _with_content(user, work)
    if as_json:
        echo_json(rows)
        return
    shown = [(row["item"], row["open"] or "-", str(row["published"] or "-")) for row in rows]
    echo_table(("item", "waiting", "published"), shown, nothing="There is no content.")


@cli.command()
def show(item: Item, revision: Revision, *, user: User) -> None:
    """Show a revision as JSON: its document, and who did what."""

    async def work(parts: ContentArea, actor: Actor) -> dict[str, Any]:
        stored = await parts.service.revision(actor, _key(item), revision)
        approval = stored.approval
        return {
            "revision": stored.revision,
            "state": stored.state.value,
            "hash": stored.content_hash,
            "edited_by": stored.edited_by,
            "approved_by": None if approval is None else approval.name,
            "document": stored.document.as_json(),
        }

    echo_json([_with_content(user, work)])


@cli.command()
def lint(item: Item, revision: Revision, *, user: User) -> None:
    """Show what lint finds in a revision; exit with 1 if an error blocks its publication."""
    from backoffice.content.lint import errors_of

    async def work(parts: ContentArea, actor: Actor) -> Any:
        stored = await parts.service.revision(actor, _key(item), revision)
        return await parts.service.lint(actor, stored.key, stored.document)

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

    async def work(parts: ContentArea, actor: Actor) -> str:
        saved = await parts.editing.save(actor, _key(item), values or {}, expected)
        return f"{saved.key} at version {saved.version}, revision {saved.open_revision} is a draft"

    typer.echo(_with_content(user, work))


def _with_content(user: str, work: Callable[[ContentArea, Actor], Awaitable[Any]]) -> Any:
    from backoffice.content.area import ContentArea

    async def run(base: Any, actor: Actor) -> Any:
        parts = ContentArea(base)
        try:
            return await work(parts, actor)
        finally:
            await parts.close()

    return run_as(user, run)


def _key(item: str) -> ContentKey:
    from backoffice.content.revisions.document import ContentKey

    brand, _, rest = item.partition(":")
    reward_id, _, version = rest.partition(":")
    if not brand or not reward_id or (version and not (version.isascii() and version.isdecimal())):
        raise ValueError(f"{item[:64]!r} is not BRAND:REWARD or BRAND:REWARD:VERSION")
    return ContentKey(brand, reward_id, int(version or 0))
