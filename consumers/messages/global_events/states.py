"""The states of global messages: what holds for a subject from now on, by kind."""

from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from consumers.messages.fields import (
    BrandId,
    Count,
    Currency,
    Instant,
    IsoWeek,
    Link,
    Locale,
    Ordinal,
    RewardId,
    Url,
    require_utc,
)
from consumers.messages.global_events.event_states import BoardState, MatchState
from consumers.messages.global_events.lobby_states import LobbyState
from consumers.messages.global_events.trading_states import TradingState, VoidState
from consumers.stream.errors import Poison
from foundation.exact_json import decode
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import (
    GlobalKind,
    Subject,
    SwitchScope,
    adapter_subject,
    allotment_subject,
    brand_subject,
    budget_subject,
    content_subject,
    provider_subject,
    reward_status_subject,
    switch_subject,
)

Words = Annotated[str, Meta(min_length=1, max_length=10_000)]
HexColour = Annotated[str, Meta(pattern=r"\A#[0-9a-f]{6}\Z")]
TokenName = Annotated[str, Meta(pattern=r"\A[a-z][a-z-]{0,31}\Z")]
Word = Annotated[str, Meta(pattern=r"\A[a-z][a-z_]{0,31}\Z")]
CellName = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,31}\Z")]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
_Positive = Annotated[float, Meta(gt=0, le=10**9)]
SettingName = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,63}\Z")]
MAX_SETTINGS_BYTES: Final = 16_384
"""The greatest length of an adapter's settings as JSON."""


class PublishedText(msgspec.Struct, frozen=True, kw_only=True):
    """A text, and the instant from which customers see it."""

    publish_at: Instant
    position: Count
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    summary: Words
    image_url: Link | None
    significant_terms: Words
    terms_url: Link
    eligible_games: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse an instant that is not in UTC."""
        require_utc(publish_at=self.publish_at)


class ContentState(msgspec.Struct, frozen=True, kw_only=True):
    """All texts of a reward's version in one locale: the one shown now, and those to come.

    Attributes:
        config_version: The version whose terms the texts describe; None for the reward's first.
        editions: In the order of publication; empty if no text is shown any more.
    """

    reward_id: RewardId
    locale: Locale
    config_version: Ordinal | None
    editions: tuple[PublishedText, ...]

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        return content_subject(brand, self.reward_id, self.locale, self.config_version)


class BudgetState(msgspec.Struct, frozen=True, kw_only=True):
    """A budget: how many customers may choose a reward in a week.

    Attributes:
        iso_week: None for every week without a budget of its own.
        rewards: None if there is no limit.
    """

    reward_id: RewardId
    iso_week: IsoWeek | None
    rewards: Count | None

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        return budget_subject(brand, self.reward_id, self.iso_week or "")


class CellShare(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell may use of a budget: it is the cell's only with the same partitions.

    Attributes:
        rewards: How many customers of the cell may choose the reward.
        held: How many may have chosen it before the cell has applied this; never less than `rewards`. The
            back office gives nothing of it to other cells.
        asked: How many refused requests of the cell have been considered.
    """

    cell: CellName
    first: Count
    last: Count
    rewards: Count
    held: Count
    asked: Annotated[int, Meta(ge=0, le=2**53 - 1)]

    def __post_init__(self) -> None:
        """Refuse a share that is more than what is held for it, or of no partitions."""
        if self.first > self.last:
            raise ValueError("the cell's first partition must not be after the last")
        if self.rewards > self.held:
            raise ValueError("`held` must not be less than `rewards`")

    @property
    def partitions(self) -> frozenset[int]:
        """Return the partitions of the cell."""
        return frozenset(range(self.first, self.last + 1))


class AllotmentState(msgspec.Struct, frozen=True, kw_only=True):
    """How a budget's week is divided among cells; a cell that is not listed may use nothing.

    Attributes:
        spent: Whether nothing is left in any cell.
    """

    reward_id: RewardId
    iso_week: IsoWeek
    spent: bool
    shares: tuple[CellShare, ...]

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        return allotment_subject(brand, self.reward_id, self.iso_week)


class RewardStatusState(msgspec.Struct, frozen=True, kw_only=True):
    """The status that an operator gave to a version of a reward; a recall is permanent."""

    reward_id: RewardId
    config_version: Ordinal
    status: Literal["active", "paused", "withdrawn", "recalled"]

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        return reward_status_subject(brand, self.reward_id, self.config_version)


class SwitchState(msgspec.Struct, frozen=True, kw_only=True):
    """A kill switch.

    Attributes:
        name: The reward's or provider's id; empty for a brand.
        off: Whether it is switched off.
    """

    scope: Literal["brand", "reward", "provider"]
    name: Annotated[str, Meta(max_length=64, pattern=r"\A[^\s:\x00-\x1f\x7f]*\Z")]
    off: bool

    def __post_init__(self) -> None:
        """Refuse a switch without the name that its scope needs."""
        if (self.scope == SwitchScope.BRAND.value) == bool(self.name):
            raise ValueError("a reward and a provider have a name, a brand has none")

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        return switch_subject(SwitchScope(self.scope), brand, self.name)


class Colour(msgspec.Struct, frozen=True, kw_only=True):
    """A colour of the widget on light and on dark pages."""

    light: HexColour
    dark: HexColour


class BrandState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The name, languages and theme of a brand; they replace what its schemes say. Its time zone never moves.

    Attributes:
        theme: Colours by token, such as `accent` for `--club-accent`; other tokens keep the widget's colours.
        revision: The revision's number in the back office; 0 in messages of older versions.
    """

    revision: Count = 0
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    default_locale: Locale
    locales: Annotated[tuple[Locale, ...], Meta(min_length=1, max_length=50)]
    theme: Annotated[dict[TokenName, Colour], Meta(max_length=50)]

    def __post_init__(self) -> None:
        """Refuse a default language that is not one of the brand's."""
        if self.default_locale not in self.locales:
            raise ValueError(f"the default {self.default_locale!r} is not one of {', '.join(self.locales)}")

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        return brand_subject(brand)


class ProviderState(msgspec.Struct, frozen=True, kw_only=True):
    """A revision of a provider's configuration. A worker checks it before it uses it.

    Attributes:
        revision: The revision's number in the back office.
        position: The place in the order in which providers are asked.
        secret: The name of the provider's secret on the node; never the secret.
        brands, currencies: Empty for all.
    """

    revision: Ordinal
    name: Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,64}\Z")]
    position: Count
    adapter: Word
    url: Url
    secret: Annotated[str, Meta(pattern=r"\A[A-Za-z][A-Za-z0-9_.-]{0,63}\Z")]
    brands: tuple[BrandId, ...]
    kinds: Annotated[tuple[Word, ...], Meta(min_length=1)]
    currencies: tuple[Currency, ...]
    limit_minor: Count
    in_flight: Ordinal
    timeout_seconds: Seconds
    attempts: Ordinal
    pause_seconds: Seconds
    breaker_failures: Ordinal
    breaker_rest_seconds: Seconds
    key_hours: _Positive
    learns: Word
    poll_minutes: _Positive
    enabled: bool

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        del brand
        return provider_subject(self.name)


class AdapterState(msgspec.Struct, frozen=True, kw_only=True):
    """A revision of the settings of an adapter's process, which checks them before it uses them.

    Attributes:
        revision: The revision's number in the back office.
        settings: All settings by name, as JSON's values; secrets are none of them.
    """

    revision: Ordinal
    name: Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,64}\Z")]
    settings: Annotated[dict[SettingName, Any], Meta(max_length=100)]

    def __post_init__(self) -> None:
        """Refuse settings that are too long to be followed by every process."""
        if len(msgspec.json.encode(self.settings)) > MAX_SETTINGS_BYTES:
            raise ValueError(f"the settings are longer than {MAX_SETTINGS_BYTES} bytes")

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        del brand
        return adapter_subject(self.name)


State: TypeAlias = (
    ContentState
    | BudgetState
    | AllotmentState
    | RewardStatusState
    | SwitchState
    | BrandState
    | ProviderState
    | MatchState
    | BoardState
    | AdapterState
    | TradingState
    | VoidState
    | LobbyState
)
STATES: Final[dict[GlobalKind, type[State]]] = {
    GlobalKind.CONTENT: ContentState,
    GlobalKind.BUDGET: BudgetState,
    GlobalKind.ALLOTMENT: AllotmentState,
    GlobalKind.REWARD_STATUS: RewardStatusState,
    GlobalKind.SWITCH: SwitchState,
    GlobalKind.BRAND: BrandState,
    GlobalKind.PROVIDER: ProviderState,
    GlobalKind.MATCH: MatchState,
    GlobalKind.BOARD: BoardState,
    GlobalKind.ADAPTER: AdapterState,
    GlobalKind.TRADING: TradingState,
    GlobalKind.VOID: VoidState,
    GlobalKind.LOBBY: LobbyState,
}

_DECODERS: Final[dict[GlobalKind, msgspec.json.Decoder[State]]] = {
    kind: msgspec.json.Decoder(state) for kind, state in STATES.items()
}


def kind_of(kind: str) -> GlobalKind | None:
    """Return the kind of a name; None for one that this version does not know."""
    return next((known for known in GlobalKind if known.value == kind), None)


def read_state(kind: GlobalKind, brand: str, subject: str, state: object) -> State:
    """Return the state of a message.

    Raises:
        Poison: It is not a state of its kind, or of another subject than the message's.
    """
    try:
        decoded = decode(_DECODERS[kind], msgspec.json.encode(state))
    except msgspec.ValidationError as fault:
        raise Poison(f"not a state of kind {kind.value}: {fault}") from fault
    if decoded.subject(brand).name != subject:
        raise Poison(f"the state is of {decoded.subject(brand).name!r}, and the message of {subject!r}")
    if (brand == ALL_BRANDS) != is_for_all_brands(decoded):
        raise Poison("providers and sports events belong to all brands, and everything else to one")
    return decoded


def is_for_all_brands(state: State) -> bool:
    """Return whether a state concerns no single brand: that of a provider, or of sports events."""
    if isinstance(state, SwitchState):
        return state.scope == SwitchScope.PROVIDER.value
    return isinstance(state, ProviderState | MatchState | AdapterState)


def state_fields(state: State) -> dict[str, Any]:
    """Return a state as JSON's values, as it stands in a message."""
    fields: dict[str, Any] = msgspec.to_builtins(state)
    return fields
