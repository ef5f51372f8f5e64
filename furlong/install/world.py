"""The format of the file that `furlong load` reads: brands, their schemes, content and budgets."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import babel
import yaml
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

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


class WorldError(Exception):
    """The file cannot be loaded; the message says what is wrong and where."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Terms(_Part):
    """The terms that a customer agrees to by opting in."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    summary: Annotated[str, Field(min_length=1)]
    url: Url


class Scheme(_Part):
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


class Text(_Part):
    """The texts of a reward in one language."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Annotated[str, Field(min_length=1)]
    significant_terms: Annotated[str, Field(min_length=1)]
    terms_url: Url
    image_url: Url | None = None


class Content(_Part):
    """The display content of a reward, or of one of its versions."""

    reward_id: Identifier
    config_version: Annotated[int, Field(ge=1)] | None = None
    """The version whose terms the texts describe; required if a reward has versions with different terms."""
    position: Annotated[int, Field(ge=0)]
    eligible_games: tuple[str, ...] = ()
    texts: Annotated[dict[Locale, Text], Field(min_length=1)]

    @property
    def names(self) -> tuple[str | int, ...]:
        """The reward, and the version if there is one."""
        return (self.reward_id,) if self.config_version is None else (self.reward_id, self.config_version)


def _calendar_week(value: str) -> str:
    try:
        date.fromisocalendar(int(value[:4]), int(value[6:]), 1)
    except ValueError as error:
        raise ValueError(f"{value!r} is not a week of that year") from error
    return value


class Budget(_Part):
    """How many customers may choose a reward in a week; 0 for nobody.

    It is a number and not an amount of money, because spins and boosts have no amount.
    """

    reward_id: Identifier
    rewards: Annotated[int, Field(ge=0, le=MAX_MINOR)]
    week: Annotated[str, Field(pattern=r"^\d{4}-W\d{2}$"), AfterValidator(_calendar_week)] | None = None
    """The week; None for every week that has no budget of its own."""


class Brand(_Part):
    """A betting site."""

    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=64)]
    time_zone: str
    locales: Annotated[tuple[Locale, ...], Field(min_length=1)]
    default_locale: Locale
    jurisdictions: Annotated[tuple[Jurisdiction, ...], Field(min_length=1)]
    default_jurisdiction: str
    currencies: Annotated[tuple[Currency, ...], Field(min_length=1)]
    default_currency: str
    schemes: Annotated[tuple[Scheme, ...], Field(min_length=1)]
    content: tuple[Content, ...] = ()
    budgets: tuple[Budget, ...] | None = None
    """All budgets of the brand; None to leave the stored ones unchanged."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of zones
            raise ValueError(f"{value!r} is not an IANA time zone such as Europe/London") from error
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for default, offered, what in (
            (self.default_locale, self.locales, "locale"),
            (self.default_jurisdiction, self.jurisdictions, "jurisdiction"),
            (self.default_currency, self.currencies, "currency"),
        ):
            if default not in offered:
                raise ValueError(f"default_{what} {default!r} is not among {', '.join(offered)}")
        _refuse_twice("scheme", [(s.jurisdiction, s.currency, s.version) for s in self.schemes])
        _refuse_twice("content of", [content.names for content in self.content])
        unversioned = {content.reward_id for content in self.content if content.config_version is None}
        for content in self.content:
            if content.config_version is not None and content.reward_id in unversioned:
                raise ValueError(
                    f"content of {content.reward_id} appears with and without config_version: "
                    "name the version in each"
                )
        budgets = [(budget.reward_id, budget.week or "every week") for budget in self.budgets or ()]
        _refuse_twice("budget", [*budgets])
        for scheme in self.schemes:
            if scheme.jurisdiction not in self.jurisdictions or scheme.currency not in self.currencies:
                raise ValueError(f"{scheme.jurisdiction}/{scheme.currency} is not among the brand's")
        for content in self.content:
            foreign = sorted(set(content.texts) - set(self.locales))
            if foreign:
                raise ValueError(
                    f"content of {content.reward_id} is in {', '.join(foreign)}, "
                    f"which is not among {', '.join(self.locales)}"
                )
        return self


class World(_Part):
    """The content of a file."""

    brands: Annotated[tuple[Brand, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_brand_once(self) -> Self:
        _refuse_twice("brand", [(brand.id,) for brand in self.brands])
        return self


def read_world(path: Path) -> World:
    """Return the checked content of a file.

    Raises:
        WorldError: the file cannot be read, is not YAML, or breaks a rule.
    """
    try:
        return World.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise WorldError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WorldError(f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        lines = (f"  {_location(item['loc'])}: {item['msg']}" for item in error.errors())
        raise WorldError(f"{path} cannot be loaded:\n" + "\n".join(lines)) from error


def utc(instant: datetime) -> str:
    """Return an instant in RFC 3339 and UTC, as messages write it."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _location(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "the file"


def _refuse_twice(what: str, keys: list[tuple[object, ...]]) -> None:
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        names = ", ".join("/".join(str(part) for part in key) for key in sorted(twice, key=str))
        raise ValueError(f"{what} {names} appears twice")
