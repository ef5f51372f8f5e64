"""Settings of the site and of topics, and the list of all settings of the product."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from analytics.settings import AnalyticsSettings
from backoffice.settings import BackofficeSettings, ContentSettings, OidcSettings, RiskSettings
from cells.moving.settings import MoveSettings
from cells.regions import RegionSettings
from consumers.acknowledgements.settings import NodeSettings
from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from foundation.late_imports import imported
from foundation.logs import LogSettings
from foundation.storage.settings import CellSettings, ClockSettings
from foundation.tracing import SamplerSettings, TracingSettings
from furlong.database_settings import DatabasesSettings
from furlong.embedding.settings import EmbedSettings
from gateway.settings import ReadFirst, sections
from gateway.settings.section import Section
from providers.registry import NAMES as ADAPTERS
from providers.registry import find_adapter
from providers.settings import ProviderSettings
from subgraphs.block_list import BLOCKS
from subgraphs.kit.funds_settings import FundsSettings
from subgraphs.kit.further_blocks import BlockSettings
from subgraphs.kit.live.settings import LiveSettings, RedisSettings
from subgraphs.kit.settings import (
    CallerSettings,
    CompareSettings,
    ExecutionSettings,
    PublicDataSettings,
    SessionSettings,
    UpstreamSettings,
    VisitorSettings,
)

_PACKAGE = Path(__file__).resolve().parent
ROOT = _PACKAGE / "data" if (_PACKAGE / "data").is_dir() else _PACKAGE.parent
"""The folder of contracts, schemas and the built page: in a wheel `furlong/data`, else the repository's."""


DOCUMENT_LIMITS: Final[Mapping[str, int]] = {"fields": 250, "root_fields": 10}
"""The default limits on documents at every gateway over the club's subgraphs.

The widget's largest document has 78 fields, and introspection some 230. Each club at the root is fetched from
several subgraphs. What a new document costs to prepare is bounded by its points, at every gateway.
"""


PLAIN_ORIGIN: Final = (
    r"^(https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?)$"
)
"""An origin over TLS or of this machine, without a wildcard: a part of a page's policy."""


class ServeSettings(BaseSettings):
    """How `furlong serve` combines gateway, subgraphs and page."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_SERVE_")

    subgraphs: Literal["memory", "http"] = Field(
        default="memory",
        description="memory: subgraphs in the gateway's process; "
        "http: each at its URL (FURLONG_GATEWAY_SUBGRAPH_URLS)",
    )
    supergraph: Path = Field(
        default=ROOT / "schema.public.graphql",
        description="The supergraph's SDL; by default the contract for customers",
    )
    page: Path = Field(
        default=ROOT / "web" / "dist", description="The built page, as `make install` writes it"
    )
    game_origins: tuple[Annotated[str, Field(pattern=PLAIN_ORIGIN)], ...] = Field(
        default=(),
        description='From where the page frames games, such as ["https://play.games.example"]: the '
        "`frame_origins` of their providers",
    )


class CdnSettings(BaseSettings):
    """Which CDNs `furlong worker purges` removes responses from."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_CDN_")

    urls: list[str] = Field(
        default=[], description='Where CDNs accept removals (BAN), such as ["http://varnish1:6081/"]'
    )
    again_seconds: float = Field(
        default=2.0,
        gt=0,
        le=600,
        description="After what time a removal is repeated for the last time; it is also repeated after a "
        "sixteenth and a quarter of it",
    )
    timeout_seconds: float = Field(default=5.0, gt=0, le=60, description="The deadline of a removal")


class TopicSettings(BaseSettings):
    """How long Kafka keeps the messages from which databases can be rebuilt."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_TOPICS_")

    retention_days: int = Field(
        default=35,
        ge=1,
        description="How many days topics of bets and feeds keep messages; set by `furlong topics create`",
    )
    facts_retention_days: int = Field(
        default=90,
        ge=1,
        description="The same for the topics of qualifications, choices, outcomes and dead letters",
    )
    notice_days: int = Field(
        default=7,
        ge=0,
        description="How many days it may take to notice a lost database. Consumers refuse a topic that "
        "keeps messages for less than a week, the longest grace and these days",
    )
    check: bool = Field(
        default=True, description="Whether consumers check at their start how long their topics keep messages"
    )


ALL_SETTINGS: tuple[type[BaseModel], ...] = (
    BlockSettings,
    DatabasesSettings,
    CellSettings,
    RegionSettings,
    MoveSettings,
    ClockSettings,
    StreamSettings,
    AnalyticsSettings,
    TopicSettings,
    FeedSettings,
    ProviderSettings,
    *(find_adapter(name).settings for name in ADAPTERS),
    UpstreamSettings,
    CompareSettings,
    SessionSettings,
    VisitorSettings,
    PublicDataSettings,
    ExecutionSettings,
    CallerSettings,
    FundsSettings,
    ReadFirst,
    *(section.model for section in sections().values()),
    ServeSettings,
    CdnSettings,
    EmbedSettings,
    BackofficeSettings,
    OidcSettings,
    ContentSettings,
    RiskSettings,
    RedisSettings,
    LiveSettings,
    NodeSettings,
    *(imported(place) for block in BLOCKS for place in block.settings),
    LogSettings,
    TracingSettings,
    SamplerSettings,
)


def prefix_of(settings: type[BaseModel]) -> str:
    """Return what the variables of settings begin with."""
    if issubclass(settings, Section):
        return settings.prefix
    return str(settings.model_config.get("env_prefix", ""))


def variable_of(settings: type[BaseModel], field: str) -> str:
    """Return the environment variable that sets a field."""
    if issubclass(settings, Section):
        return settings.variable(field)
    return f"{prefix_of(settings)}{field}".upper()


def variable_at(settings: type[BaseModel] | None, location: Sequence[int | str]) -> str:
    """Return the variable of a place in settings, with the way to that place; None for unknown settings."""
    field, *path = map(str, location or ("",))
    variable = field if settings is None else variable_of(settings, field)
    return "_".join((variable, *path)).upper()


def variables_of(settings: type[BaseModel]) -> Iterator[tuple[str, str, FieldInfo]]:
    """Yield variables, names and fields of settings, but not of parts that have settings of their own."""
    for name, field in settings.model_fields.items():
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings)):
            yield variable_of(settings, name), name, field


def secret_variables() -> Iterator[str]:
    """Yield the environment variables whose values are secrets or contain one, by their types.

    A secret is `writeOnly` in its JSON Schema: every `SecretStr` is by itself, also within a value of several
    parts, and a URL that may have a password says so in its field. Former names are included as long as they
    are read.
    """
    for settings in ALL_SETTINGS:
        schema = settings.model_json_schema()
        former = settings.by_former_variable() if issubclass(settings, Section) else {}
        for variable, name, _ in variables_of(settings):
            if _is_secret(schema["properties"][name], schema.get("$defs", {})):
                yield variable
                yield from (variable for variable, field in former.items() if field == name)


def _is_secret(schema: object, definitions: Mapping[str, object]) -> bool:
    """Whether a JSON Schema, or one within it, is that of a secret."""
    match schema:
        case {"writeOnly": True}:
            return True
        case {"$ref": str(reference)}:
            return _is_secret(definitions[reference.removeprefix("#/$defs/")], definitions)
        case dict():
            return any(_is_secret(part, definitions) for part in schema.values())
        case list():
            return any(_is_secret(part, definitions) for part in schema)
    return False


def listed() -> Iterator[tuple[str, str, str]]:
    """Yield the environment variable, default and meaning of each setting."""
    for settings in ALL_SETTINGS:
        for variable, _, field in variables_of(settings):
            default = field.get_default(call_default_factory=True)
            yield variable, "" if default is None else str(default), field.description or ""
