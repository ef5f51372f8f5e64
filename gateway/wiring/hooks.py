"""Builds the hooks of a version of the graph: the gateway's own, then those of extensions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from gateway.feature import VersionParts
from gateway.limits import IntrospectionSizes
from gateway.pipeline.hooks import Hooks
from gateway.pipeline.policies import IntrospectionPolicy
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph
from gateway.wiring.shared_parts import SharedParts

CORE: Final = "core"


def graph_hooks(
    model: Supergraph,
    settings: GatewaySettings,
    shared: SharedParts,
    *,
    features: Iterable[tuple[str, VersionParts]],
) -> list[tuple[str, Hooks]]:
    """Return all hooks with the names of what they belong to, in the order in which they are called.

    A request that a policy refuses spends no points. Extensions see what the gateway itself lets pass; their
    call middleware is outside the gateway's own, so that it also sees cached responses. Observation is
    outermost: the span of a fetch covers everything done for it. Rate limits come before access control,
    which may call a coprocessor.
    """
    extensions = [each.hooks(model) for each in shared.extensions]
    named = tuple(features)
    observing = [each for each in named if each[1].probe is not None]
    rest = (replace(each, calls=()) for each in extensions)
    return [
        *observing,
        (CORE, _introspection(model, settings)),
        *((name, Hooks(policies=each.policies)) for name, each in named if each.probe is None),
        *(("extensions", Hooks(calls=each.calls)) for each in extensions),
        *((name, replace(each, policies=())) for name, each in named if each.probe is None),
        *(("extensions", each) for each in rest),
    ]


def _introspection(model: Supergraph, settings: GatewaySettings) -> Hooks:
    most = settings.introspection_bytes or 2 * IntrospectionSizes.of(model.public).standard_bytes()
    return Hooks(policies=(IntrospectionPolicy(settings.introspection, most),))
