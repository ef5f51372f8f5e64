"""`furlong global …` and `furlong switch …`: what holds on all nodes, who applied it, kill switches."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from furlong.cli.command_work import run_with
from furlong.cli.json_lists import AsJson, echo_json, echo_list
from furlong.cli.operating_person import As, operator
from furlong.cli.options import fail, fulfilment_settings, product_clock, read_settings, stream_settings

if TYPE_CHECKING:
    from backoffice.access import Actor
    from backoffice.global_events.repository import GlobalDecision
    from backoffice.operations.kill_switches import KillSwitchService, SwitchTarget
    from backoffice.operations.nodes import Acknowledged, NodeService, NodeState
    from foundation.storage.database import Database

R = TypeVar("R")
cli = typer.Typer(no_args_is_help=True, help="What holds on all nodes, and which of them have applied it.")
switch = typer.Typer(
    no_args_is_help=True, help="Kill switches of brands, rewards and providers, on all nodes."
)

Scope = Annotated[str, typer.Argument(help="What to switch: brand, reward or provider.")]
Name = Annotated[
    str, typer.Argument(help="The brand (northbet), the reward (northbet:fb-5), or the provider (wallet).")
]
Reason = Annotated[str, typer.Option(help="Why; the audit log and the nodes show it.")]
DECISION_HEADS: Final = ("number", "subject", "decided", "by", "nodes", "reason")
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="The maximum number.")]


@cli.command("list")
def list_(
    *,
    brand: Annotated[str | None, typer.Option(help="Only of this brand.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind, such as switch.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List what was decided for all nodes, the newest first, with the nodes that have not applied it."""
    kinds = () if kind is None else (kind,)
    decisions = _run(lambda nodes, _switches, actor: nodes.page(actor, first=limit, brand=brand, kinds=kinds))
    echo_list(
        decisions,
        as_json=as_json,
        facts=_facts,
        heads=DECISION_HEADS,
        cells=_cells,
        nothing="Nothing was decided yet.",
    )


@cli.command()
def show(
    *, key: Annotated[str, typer.Argument(help="The subject, as listed.")], as_json: AsJson = False
) -> None:
    """Show what holds for a subject, and whether each node has applied it."""
    facts = _facts(_run(lambda nodes, _switches, actor: nodes.find(actor, key)))
    if as_json:
        echo_json([facts])
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {_written(value)}")


@cli.command()
def acknowledgements(*, as_json: AsJson = False) -> None:
    """List the nodes: what each has applied, and what it has not.

    The exit status is 1 if a node lacks anything or does not report.
    """
    states = _run(lambda nodes, _switches, actor: nodes.listed(actor))
    echo_list(
        states,
        as_json=as_json,
        facts=_node_facts,
        heads=("node", "applied", "lacks", "since", "last report", "alive"),
        cells=_node_cells,
        nothing="No node has reported yet: is `furlong consume backoffice` running?",
    )
    for state in () if as_json else states:
        for refused in state.report.refused:
            typer.echo(f"! {state.report.name} refused {refused.key}: {refused.reason}")
        for key in state.report.kept:
            typer.echo(f"! {state.report.name} does not know {key}: upgrade the node")
    if any(state.missing or not state.is_alive for state in states):
        raise typer.Exit(1)


@cli.command()
def forget(
    *,
    node: Annotated[str, typer.Argument(help="The node's name.")],
    reason: Reason,
    person: As = None,
) -> None:
    """Forget a node that was removed permanently. If it reports again, it is known again."""
    _run(lambda nodes, _switches, actor: nodes.forget(actor, node, reason), person)
    typer.echo(f"{node} is forgotten.")


@switch.command()
def off(*, scope: Scope, name: Name, reason: Reason, person: As = None) -> None:
    """Switch a brand, a reward or a provider off on all nodes.

    Brand: nobody can opt in or choose a reward, the bet-slip shows that the club is paused, and nothing is
    paid; bets still count. Reward: nobody else can choose it. Provider: nothing more is sent to it.
    """
    _switch(scope, name, reason, person, off=True)


@switch.command()
def on(*, scope: Scope, name: Name, reason: Reason, person: As = None) -> None:
    """Switch a brand, a reward or a provider on again on all nodes; a provider also after an alarm."""
    _switch(scope, name, reason, person, off=False)


@switch.command("list")
def list_switches(*, as_json: AsJson = False) -> None:
    """List the kill switches that were used, the last used first."""
    switches = _run(lambda nodes, _switches, actor: nodes.page(actor, first=1000, kinds=("switch",)))
    echo_list(
        switches,
        as_json=as_json,
        facts=_facts,
        heads=("state", *DECISION_HEADS),
        cells=lambda used: ("OFF" if used.decision.state["off"] else "on", *_cells(used)),
        nothing="Everything is on.",
    )


def switch_provider(name: str, reason: str, person: str | None, *, off: bool) -> GlobalDecision:
    """Switch a provider of any kind off or on, on all nodes; end the command if that is refused."""
    return _switched(_target("provider", name), reason, person, off=off)


def _switched(target: SwitchTarget, reason: str, person: str | None, *, off: bool) -> GlobalDecision:
    return _run(
        lambda _nodes, switches, actor: switches.switch(actor, target, off=off, reason=reason),
        person,
        publishes=True,
    )


def _switch(scope: str, name: str, reason: str, person: str | None, *, off: bool) -> None:
    decided = _switched(_target(scope, name), reason, person, off=off)
    word = "off" if off else "on"
    typer.echo(f"{scope} {name} is switched {word} for all nodes (message {decided.order.number}).")
    typer.echo("`furlong global acknowledgements` says which nodes have applied it.")


def _target(scope: str, name: str) -> SwitchTarget:
    from backoffice.operations.kill_switches import SwitchTarget
    from subgraphs.kit.domain.keys import ALL_BRANDS
    from subgraphs.kit.records.global_state import SwitchScope

    if scope == SwitchScope.BRAND.value:
        return SwitchTarget(SwitchScope.BRAND, name)
    if scope == SwitchScope.PROVIDER.value:
        return SwitchTarget(SwitchScope.PROVIDER, ALL_BRANDS, name)
    if scope != SwitchScope.REWARD.value:
        fail(f"there is no scope {scope!r}; there are brand, reward and provider")
    brand, colon, reward = name.partition(":")
    if not colon:
        fail("name the reward with its brand, such as northbet:fb-5")
    return SwitchTarget(SwitchScope.REWARD, brand, reward)


def _run(
    act: Callable[[NodeService, KillSwitchService, Actor], Awaitable[R]],
    person: str | None = None,
    *,
    publishes: bool = False,
) -> R:
    from backoffice.audit.audit_log import AuditLog
    from backoffice.operations.kill_switches import KillSwitchService
    from backoffice.operations.nodes import NodeService
    from backoffice.operations.providers.adapters import switchable_names
    from backoffice.run_publisher import publish_now
    from consumers.feeds.settings import FeedSettings

    clock = product_clock()

    async def acting(backoffice: Database, rewards: Database) -> R:
        audit = AuditLog(clock)
        nodes = NodeService(backoffice, audit, clock)
        files = tuple(provider.name for provider in fulfilment_settings().list_providers())
        adapters = switchable_names(read_settings(FeedSettings))
        switches = KillSwitchService(backoffice, rewards, audit, clock, files, adapters)
        result = await act(nodes, switches, operator(person))
        if publishes:
            await publish_now(backoffice, stream_settings(), clock)
        return result

    return run_with(("backoffice", "rewards"), acting)


def _facts(shown: Acknowledged) -> dict[str, Any]:
    decision = shown.decision
    return {
        "key": decision.key,
        "kind": decision.kind,
        "brand": decision.brand,
        "epoch": decision.order.epoch,
        "number": decision.order.number,
        "state": decision.state,
        "reason": decision.reason,
        "decided_at": decision.decided_at,
        "decided_by": decision.decided_by,
        "applied": [report.name for report in shown.applied],
        "missing": dict(shown.missing),
    }


def _written(value: object) -> str:
    """Return a fact as people read it: a time in UTC, and what has parts as JSON."""
    match value:
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S} UTC"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False) if value else "none"
    return "" if value is None else str(value)


def _cells(shown: Acknowledged) -> tuple[object, ...]:
    decision = shown.decision
    lacking = ", ".join(f"{name} ({why})" if why else name for name, why in shown.missing.items())
    nodes = f"! not applied by {lacking}" if lacking else f"applied by {len(shown.applied)}"
    told = (decision.key, decision.decided_at, decision.decided_by, nodes)
    return decision.order.number, *told, decision.reason


def _node_facts(state: NodeState) -> dict[str, Any]:
    report = state.report
    return {
        "node": report.node,
        "part": report.part,
        "process": report.process,
        "alive": state.is_alive,
        "epoch": report.order.epoch,
        "number": report.order.number,
        "missing": state.missing,
        "missing_since": state.missing_since,
        "refused": {refused.key: refused.reason for refused in report.refused},
        "kept": list(report.kept),
        "received_at": report.received_at,
    }


def _node_cells(state: NodeState) -> tuple[object, ...]:
    report = state.report
    lacks = (state.missing, state.missing_since) if state.missing else ("nothing", None)
    return report.name, report.order.number, *lacks, report.received_at, "yes" if state.is_alive else "! no"
