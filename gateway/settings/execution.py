"""Settings: how operations are executed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from gateway.settings.section import Section


def _without_old_names(execution: object) -> object:
    return "interpreted" if execution == "plain" else execution


class PlanExecution(Section, is_reloaded=True):
    """How operations are executed."""

    execution: Annotated[Literal["compiled", "interpreted"], BeforeValidator(_without_old_names)] = Field(
        default="compiled",
        description="How plans are executed: by functions generated from each plan, or by interpreting it; "
        "responses are the same. The old name plain is also accepted for interpreted.",
    )
    incremental_delivery: bool = Field(
        default=True,
        description="Whether clients may use @defer and @stream, and get responses in parts if they accept "
        "them; if not, the directives are unknown.",
    )
