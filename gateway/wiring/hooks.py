"""Builds the hooks of a version of the graph: the core's own, then those of features."""

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

CORE: Final = "core"


def graph_hooks(
    model: Supergraph,
    settings: GatewaySettings,
    features: Iterable[tuple[str, VersionParts]],
) -> list[tuple[str, Hooks]]:
    """Return all hooks with the names of what they belong to, in the order in which they are called.

    A request that a policy refuses spends no points. Observation is outermost: the span of a fetch covers
    everything done for it. Rate limits come before access control, which may call a coprocessor.
    """
    named = tuple(features)
    observing = [each for each in named if each[1].probe is not None]
    return [
        *observing,
        (CORE, _introspection(model, settings)),
        *((name, Hooks(policies=each.policies)) for name, each in named if each.probe is None),
        *((name, replace(each, policies=())) for name, each in named if each.probe is None),
    ]


def _introspection(model: Supergraph, settings: GatewaySettings) -> Hooks:
    most = settings.introspection_bytes or 2 * IntrospectionSizes.of(model.public).standard_bytes()
    return Hooks(policies=(IntrospectionPolicy(settings.introspection, most),))
