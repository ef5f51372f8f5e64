"""Builds the rules for headers to and from subgraphs."""

from __future__ import annotations

from gateway.errors import SupergraphError
from gateway.header_rules import CompiledRules, compile_rules
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph


def header_rules(model: Supergraph, settings: GatewaySettings) -> CompiledRules | None:
    """Return the rules for the subgraphs; None without rules.

    Raises:
        SupergraphError: The rules do not fit the supergraph.
    """
    if settings.header_rules is None:
        return None
    try:
        return compile_rules(
            settings.header_rules,
            model.subgraphs,
            settings.forwarded_headers,
            settings.client_key_header,
            added=() if settings.deadline_header is None else (settings.deadline_header,),
        )
    except ValueError as error:
        raise SupergraphError(str(error)) from error
