"""`furlong provider list`, `show`, `test`, `enable` and `disable`: all adapters, wherever they run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from furlong.cli.command_work import run, run_with
from furlong.cli.json_lists import AsJson, echo_json, echo_list
from furlong.cli.operating_person import As, operator
from furlong.cli.operations.backoffice.provider import (
    adapter_configurations,
    cli,
    document_of,
    offer_cells,
    revisions_of,
    rewards_facts,
    rewards_service,
)
from furlong.cli.options import (
    database_settings,
    fail,
    fulfilment_settings,
    log_to_stderr,
    product_clock,
    read_settings,
    stream_settings,
)

if TYPE_CHECKING:
    from backoffice.access import Actor
    from backoffice.operations.providers.adapter_list import AdapterList, AdapterState
    from foundation.storage.database import Database

R = TypeVar("R")
__all__ = ["cli"]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The provider, as listed.")]
Reason = Annotated[str, typer.Option(help="Why; the audit log and the nodes show it.")]


@cli.command("list")
def list_(
    *,
    kind: Annotated[str | None, typer.Option(help="Only of this kind, such as rewards.")] = None,
    as_json: AsJson = False,
) -> None:
    """List all providers: what each brings, where it runs, whether it is enabled, and how it is.

    Of the kind `rewards`, the list shows what each pays instead, in the order in which they are asked.
    """
    states = _read(lambda adapters, actor: adapters.listed(actor))
    wanted = [state for state in states if kind in {None, state.declared.kind.value}]
    if not wanted:
        kinds = ", ".join(sorted({state.declared.kind.value for state in states}))
        fail(f"there is no provider of the kind {kind!r}: there are {kinds}")
    paying = kind == "rewards"
    echo_list(
        wanted,
        as_json=as_json,
        facts=adapter_facts,
        heads=_OFFER_HEADS if paying else ("provider", "kind", "runs in", "brings", "enabled", "health"),
        cells=offer_cells if paying else _cells,
    )


_OFFER_HEADS = ("provider", "revision", "state", "pays", "brands", "currencies", "waiting", "not used by")


@cli.command()
def show(
    *,
    provider: Name,
    revision: Annotated[int | None, typer.Option(help="In the form that `submit` reads.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a provider: settings and their sources, secrets by name, limits, health, what its process uses.

    Of a provider of rewards, print the configuration in the form that `submit` reads, with the number of its
    revision; `--json` shows the rest.
    """
    import yaml

    async def find(adapters: AdapterList, actor: Actor) -> dict[str, Any]:
        if revision is not None:
            return document_of(await revisions_of(adapters.rewards, provider).find(actor, provider, revision))
        return _details(await adapters.find(actor, provider))

    facts = _read(find)
    if as_json:
        echo_json([facts])
    elif revision is not None:
        typer.echo(yaml.safe_dump(facts, sort_keys=False).rstrip())
    elif "configuration" in facts and facts["configuration"] is not None:
        document = {"revision": facts["revision"], **facts["configuration"]}
        typer.echo(yaml.safe_dump(document, sort_keys=False).rstrip())
    else:
        typer.echo(yaml.safe_dump(_written(facts), sort_keys=False, allow_unicode=True).rstrip())


@cli.command("test")
def try_(*, provider: Name, as_json: AsJson = False) -> None:
    """Try a provider as it is configured here: its address, its secrets, its format. Nothing is changed.

    The exit status is 1 if it cannot be used.
    """
    from consumers.feeds.settings import FeedSettings
    from furlong.checks.adapters import TriedParts, try_adapter
    from providers.declaration import CheckFailed
    from providers.registry import UnknownAdapter
    from providers.settings import ProviderSettings

    log_to_stderr(quiet=True)
    parts = TriedParts(
        *(read_settings(ProviderSettings), read_settings(FeedSettings), fulfilment_settings()),
        *(stream_settings(), database_settings(), product_clock()),
    )
    try:
        says, works = run(try_adapter(provider, parts), UnknownAdapter), True
    except CheckFailed as failed:
        says, works = str(failed), False
    if as_json:
        echo_json([{"provider": provider, "ok": works, "says": says}])
    else:
        typer.echo(f"{'ok   ' if works else 'WRONG'}  {provider}  {says}")
    if not works:
        raise typer.Exit(1)


@cli.command()
def disable(*, provider: Name, reason: Reason, person: As = None, as_json: AsJson = False) -> None:
    """Switch a provider off on all nodes, at once: it is its kill switch.

    A process of its own disconnects, and says that it is incomplete; a feed of bets waits in Kafka; nothing
    more is sent to a provider of rewards.
    """
    _switch(provider, reason, person, off=True, as_json=as_json)


@cli.command()
def enable(*, provider: Name, reason: Reason, person: As = None, as_json: AsJson = False) -> None:
    """Switch a provider on again on all nodes; one of rewards also after an alarm."""
    _switch(provider, reason, person, off=False, as_json=as_json)


def _switch(name: str, reason: str, person: str | None, *, off: bool, as_json: bool) -> None:
    from furlong.cli.operations.global_messages import switch_provider

    decided = switch_provider(name, reason, person, off=off)
    if as_json:
        number = decided.order.number
        echo_json([{"provider": name, "enabled": not off, "reason": decided.reason, "number": number}])
    else:
        word = "disabled" if off else "enabled"
        typer.echo(f"{name} is {word} for all nodes (message {decided.order.number}).")


def _read(work: Callable[[AdapterList, Actor], Awaitable[R]]) -> R:
    from backoffice.approvals.service import Approvals
    from backoffice.audit.audit_log import AuditLog
    from backoffice.operations.providers.adapter_health import AdapterReader
    from backoffice.operations.providers.adapter_list import AdapterList
    from consumers.feeds.settings import FeedSettings
    from providers.settings import ProviderSettings

    clock, feeds, shared = product_clock(), read_settings(FeedSettings), read_settings(ProviderSettings)
    audit, reader = AuditLog(clock), AdapterReader(stream_settings())

    async def read(own: Database, fulfilment: Database) -> R:
        rewards = rewards_service((own, audit, Approvals(own, audit, clock), clock), fulfilment)
        settings = adapter_configurations(rewards.configurations)
        adapters = AdapterList(own, rewards, settings, reader, feeds, shared.status_seconds, clock)
        return await work(adapters, operator(None))

    return run_with(("backoffice", "fulfilment"), read, ValueError)


def adapter_facts(state: AdapterState) -> dict[str, Any]:
    """Return what is known of an adapter, for programs."""
    facts = {} if state.rewards is None else rewards_facts(state.rewards)
    off, health = state.off, state.health
    return {
        "provider": state.name,
        "kind": state.declared.kind.value,
        "adapter": state.adapter,
        "runs_in": state.runs_in,
        "capabilities": sorted(capability.value for capability in state.declared.capabilities),
        "enabled": state.is_enabled,
        "switched_off": off and {"by": off.by, "reason": off.reason, "at": off.at},
        "health": {
            "state": health.state.value,
            "says": health.says,
            "details": health.details,
            "since": health.since,
        },
        "revision": state.revision,
        "in_use": _in_use(state),
    } | facts


def _in_use(state: AdapterState) -> dict[str, Any] | None:
    """Return which settings an adapter's process uses, as it has told; None if it has not."""
    used = state.used
    if used is None:
        return None
    return {"revision": used.revision, "source": used.source, "unused": state.unused}


def _cells(state: AdapterState) -> tuple[object, ...]:
    health = state.health
    return (
        *(state.name, state.declared.kind.value, state.runs_in),
        *(", ".join(sorted(state.declared.capabilities)), "yes" if state.is_enabled else "no"),
        f"{health.state}: {health.says}",
    )


def _details(state: AdapterState) -> dict[str, Any]:
    """Return what is known of an adapter with its settings, of which no secret is one."""
    limits = state.declared.limits
    circuits = {} if state.rewards is None else {one.node: one.health.circuit for one in state.rewards.health}
    return adapter_facts(state) | {
        "limits": {"items": limits.items, "message_bytes": limits.message_bytes},
        "breaker": circuits,
        "settings": list(_settings(state)),
        "secrets": list(_secrets(state)),
    }


def _settings(state: AdapterState) -> Iterator[dict[str, Any]]:
    from furlong.settings import secret_variables, variables_of

    if state.rewards is not None:
        present = state.rewards.present
        if present is not None:
            source = f"revision {present.revision}" if present.approved_by else "the workers' file"
            for name, value in present.document.model_dump(mode="json").items():
                yield {"setting": name, "value": value, "source": source}
        return
    settings, hidden = read_settings(state.declared.settings), set(secret_variables())
    values = settings.model_dump(mode="json")
    decided = state.settings if state.settings and state.settings.revision > 1 else None
    if decided is not None:
        values |= decided.document.settings
    for variable, name, _ in variables_of(state.declared.settings):
        source = "environment" if name in settings.model_fields_set else "default"
        source = f"revision {decided.revision}" if decided else source
        value = "(secret)" if variable in hidden else values[name]
        yield {"setting": variable, "value": value, "source": source}


def _secrets(state: AdapterState) -> Iterator[dict[str, Any]]:
    """Yield the secrets that an adapter needs, and whether this node has them; never their values."""
    from providers.settings import MissingSecret, ProviderSettings
    from subgraphs.fulfilment.errors import ProviderConfigError

    present = None if state.rewards is None else state.rewards.present
    if present is not None:
        try:
            here = bool(fulfilment_settings().secret_of(present.document))
        except ProviderConfigError:
            here = False
        yield {"secret": present.document.secret, "meaning": "what the provider knows us by", "here": here}
    shared = read_settings(ProviderSettings)
    for name, meaning in state.declared.secrets.items():
        try:
            here = bool(shared.secret(name))
        except MissingSecret:
            here = False
        yield {"secret": name, "meaning": meaning, "here": here}


def _written(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts as a person reads them: settings and secrets a line each."""
    settings = {one["setting"]: f"{one['value']} ({one['source']})" for one in facts["settings"]}
    secrets = {one["secret"]: "is here" if one["here"] else "is not here" for one in facts["secrets"]}
    health = facts["health"]
    since = f", since {health['since']:%Y-%m-%d %H:%M:%S}Z" if health["since"] else ""
    plain = {name: value for name, value in facts.items() if name not in {"settings", "secrets", "breaker"}}
    plain["health"] = f"{health['state']}: {health['says']}{since}"
    if health["details"]:
        plain["details"] = health["details"]
    plain["switched_off"] = facts["switched_off"] is not None
    return plain | {"settings": settings, "secrets": secrets}
