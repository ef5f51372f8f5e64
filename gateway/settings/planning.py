"""Settings: how operations are planned and executed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings


def _without_old_names(execution: object) -> object:
    return "interpreted" if execution == "plain" else execution


class PlanningSettings(BaseSettings):
    """How operations are planned and executed."""

    planner_steps: int = Field(default=50_000, gt=0, description="The most steps of the planner's search.")
    planner_tries: int = Field(
        default=64, gt=0, description="The most complete plans that are compared for a new document."
    )
    execution: Annotated[Literal["compiled", "interpreted"], BeforeValidator(_without_old_names)] = Field(
        default="compiled",
        description="How plans are executed: by functions generated from each plan, or by interpreting it; "
        "responses are the same. The old name plain is also accepted for interpreted.",
    )
