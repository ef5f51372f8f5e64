"""Settings: who may introspect the schema, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from gateway.settings.client_class import IntrospectionPermission
from gateway.settings.section import Section


class IntrospectionSettings(Section, prefix="FURLONG_GATEWAY_INTROSPECTION_", is_reloaded=True):
    """Who may introspect the schema, and how much."""

    named: ClassVar[Mapping[str, str]] = {"permission": "introspection"}

    permission: IntrospectionPermission = Field(
        default=False,
        description="Whether clients may introspect the schema: true (errors then suggest names as well), "
        "false, or known: only by the query of the usual tools, without aliases and variables. "
        "`furlong demo` switches it on.",
    )
    bytes: int = Field(
        default=160 * 1024,
        gt=0,
        description="The most bytes of a response to introspection, as estimated in advance; the query of "
        "the usual tools is always answered.",
    )
    cache_bytes: int = Field(
        default=8 * 1024 * 1024,
        gt=0,
        description="The most bytes of cached responses to introspection.",
    )
