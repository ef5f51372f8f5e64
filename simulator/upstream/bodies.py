"""The bodies of the squad's API, as its OpenAPI describes them."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

RewardId = Annotated[str, Field(min_length=1, max_length=64, description="As in `club.reward-config.v1`.")]
TermsVersion = Annotated[str, Field(min_length=1, max_length=64)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class Membership(_Strict):
    """Whether a customer takes part in the club, and the terms they agreed to when they joined."""

    state: Literal["opted_in", "opted_out"]
    terms_version: TermsVersion | None = None

    @model_validator(mode="after")
    def _agrees_to_terms(self) -> Self:
        if self.state == "opted_in" and self.terms_version is None:
            raise ValueError("opting in needs a terms_version")
        return self


class Choice(_Strict):
    """The reward a customer wants for a week, at the version of its terms that they saw."""

    reward_id: RewardId
    config_version: Annotated[int, Field(ge=1)]


class _Recorded(BaseModel):
    brand_id: str
    customer_id: str
    revision: Annotated[int, Field(ge=1, description="One more with every change.")]
    recorded_at: Annotated[datetime, Field(description="When this state was first recorded, UTC.")]


class RecordedMembership(_Recorded):
    """The membership on record."""

    state: Literal["opted_in", "opted_out"]
    terms_version: TermsVersion | None


class RecordedChoice(_Recorded):
    """The choice on record for a week."""

    week: str
    reward_id: RewardId
    config_version: Annotated[int, Field(ge=1)]


class Problem(BaseModel):
    """Why a request was not done: `code` is for programs, `message` for people."""

    code: str
    message: str
