"""The form of a scheme's version, as a file or a person writes it, and its fields."""

from typing import Annotated, Literal

import babel
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

MAX_MINOR = 2**31 - 1
Identifier = Annotated[str, Field(pattern=r"^[^:\s]{1,64}$")]
Minor = Annotated[int, Field(ge=0, le=MAX_MINOR)]
Jurisdiction = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Url = Annotated[str, Field(pattern=r"^(https?://|/)\S+$", max_length=2000)]


def _known_language(value: str) -> str:
    try:
        babel.Locale.parse(value, sep="-")
    except (babel.UnknownLocaleError, ValueError) as error:
        raise ValueError(f"{value!r} is not a known language such as en-GB") from error
    return value


Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$"), AfterValidator(_known_language)]


class Part(BaseModel):
    """A part of a file or form: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Terms(Part):
    """The terms that a customer agrees to by opting in."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    summary: Annotated[str, Field(min_length=1)]
    url: Url


class Scheme(Part):
    """One version of the rules for a jurisdiction and currency. Versions never change; add a new one."""

    jurisdiction: Jurisdiction
    currency: Currency
    version: Annotated[int, Field(ge=1)]
    qualifying_product: Literal["betting", "casino", "bingo", "poker"]
    target_minor: Annotated[int, Field(ge=1, le=MAX_MINOR)]
    min_stake_minor: Minor
    min_odds_milli: Minor
    bet_types: tuple[Literal["single", "multiple", "system"], ...]
    channels: tuple[Literal["sports", "esports", "virtual", "exchange"], ...] = (
        "sports",
        "esports",
        "virtual",
        "exchange",
    )
    count_before_opt_in: bool = True
    void_policy: Literal["exclude"] = "exclude"
    default_reward_id: Identifier | None = None
    choice_lock_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 0
    grace_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)]
    terms: Terms
    effective_from: AwareDatetime
