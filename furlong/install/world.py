"""The format of the file that `furlong load` reads: brands, their schemes, content and budgets."""

from datetime import date
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from backoffice.rules.scheme_versions import (
    MAX_MINOR,
    Currency,
    Identifier,
    Jurisdiction,
    Locale,
    Part,
    Scheme,
    Url,
)


class WorldError(Exception):
    """The file cannot be loaded; the message says what is wrong and where."""


class Text(Part):
    """The texts of a reward in one language."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Annotated[str, Field(min_length=1)]
    significant_terms: Annotated[str, Field(min_length=1)]
    terms_url: Url
    image_url: Url | None = None
    image_alt: Annotated[str, Field(max_length=500)] = ""
    """What the picture shows, for people who cannot see it; required with a picture."""


class Content(Part):
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


class Budget(Part):
    """How many customers may choose a reward in a week; 0 for nobody.

    It is a number and not an amount of money, because spins and boosts have no amount.
    """

    reward_id: Identifier
    rewards: Annotated[int, Field(ge=0, le=MAX_MINOR)]
    week: Annotated[str, Field(pattern=r"^\d{4}-W\d{2}$"), AfterValidator(_calendar_week)] | None = None
    """The week; None for every week that has no budget of its own."""


class Brand(Part):
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


class World(Part):
    """The content of a file."""

    brands: Annotated[tuple[Brand, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_brand_once(self) -> Self:
        _refuse_twice("brand", [(brand.id,) for brand in self.brands])
        return self


def read_world(path: Path) -> World:
    """Return the checked content of a file.

    Raises:
        WorldError: The file cannot be read, is not YAML, or breaks a rule.
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


def _location(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "the file"


def _refuse_twice(what: str, keys: list[tuple[object, ...]]) -> None:
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        names = ", ".join("/".join(str(part) for part in key) for key in sorted(twice, key=str))
        raise ValueError(f"{what} {names} appears twice")
