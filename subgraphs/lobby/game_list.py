"""Reads a provider's list of games: what can be read of it, and how much could not."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from subgraphs.kit.domain.selections import digest
from subgraphs.lobby.configuration import ProviderConfig
from subgraphs.lobby.frame_origins import origin_of

MAX_GAMES: Final = 20_000
"""How many games a provider may have: a longer list is none, and the last one stays."""

MAX_WORDS: Final = 50
_BYTES: Final = 10
DEVICES: Final = {"GPL_DESKTOP": "DESKTOP", "GPL_MOBILE": "MOBILE"}

_PLAIN: Final = r"\A[^\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]*\Z"
_Word = Annotated[str, Meta(min_length=1, max_length=64, pattern=_PLAIN)]
_Words = Annotated[tuple[_Word, ...], Meta(max_length=250)]
_Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=_PLAIN)]
_Link = Annotated[str, Meta(max_length=2000)]
_Code = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"\A[^\s\x00-\x1f\x7f]+\Z")]


class WrongList(ValueError):
    """A list that is none; the message says why."""


class _Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A game as Hub88's list has it; members that are not named here are not looked at."""

    game_code: _Code
    name: _Name
    enabled: bool = True
    product: Annotated[str, Meta(max_length=200, pattern=_PLAIN)] | None = None
    category: Annotated[str, Meta(max_length=64, pattern=_PLAIN)] | None = None
    url_thumb: _Link | None = None
    platforms: _Words = ()
    tags: _Words | None = None
    certifications: _Words | None = None
    blocked_countries: _Words | None = None
    demo_game_support: bool = False


class ListedGame(msgspec.Struct, frozen=True, kw_only=True):
    """A game of a provider, under our own words.

    Attributes:
        own_id: The platform's own, which follows from the provider's code.
        studio: Who made it.
        devices: DESKTOP, MOBILE.
        jurisdictions: Where the provider says that it is certified.
        blocked: Countries in which it may not be played all the same.
    """

    own_id: str
    provider: str
    code: str
    name: str
    studio: str
    image_url: str | None
    tags: tuple[str, ...]
    devices: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    blocked: tuple[str, ...]
    has_demo: bool


class ReadList(msgspec.Struct, frozen=True):
    """The games of a list by their own ids, and how many of its entries could not be used."""

    games: dict[str, ListedGame]
    left_out: int


_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_GAME: Final = msgspec.json.Decoder(_Listed)


def game_id(provider: str, code: str) -> str:
    """Return the id of a game: 16 characters."""
    return digest(f"game:{provider}:{code}", _BYTES)


def read_list(config: ProviderConfig, content: bytes) -> ReadList:
    """Return the games of a list.

    An entry that cannot be read is left out. So is a game of which there are two entries that differ: which
    of them says where it is certified cannot be known.

    Raises:
        WrongList: It is no list, or too long.
    """
    try:
        entries = _LIST.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise WrongList("it is no list of games") from fault
    if len(entries) > MAX_GAMES:
        raise WrongList(f"it has more than {MAX_GAMES} games")
    games: dict[str, ListedGame | None] = {}
    wrong = 0
    for entry in entries:
        listed = _read(entry)
        if listed is None:
            wrong += 1
            continue
        own_id = game_id(config.name, listed.game_code)
        game = _game(config, own_id, listed) if listed.enabled else None
        if own_id in games and games[own_id] != game:
            wrong += 1
            game = None
        games[own_id] = game
    return ReadList({own: game for own, game in games.items() if game is not None}, wrong)


def _read(entry: msgspec.Raw) -> _Listed | None:
    try:
        return _GAME.decode(entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _game(config: ProviderConfig, own_id: str, listed: _Listed) -> ListedGame:
    words = [word for word in (listed.category, *(listed.tags or ())) if word]
    devices = {DEVICES[name] for name in listed.platforms if name in DEVICES}
    image = listed.url_thumb or ""
    return ListedGame(
        own_id=own_id,
        provider=config.name,
        code=listed.game_code,
        name=listed.name,
        studio=listed.product or config.name,
        image_url=image if origin_of(image) else None,
        tags=tuple(dict.fromkeys(word.lower() for word in words))[:MAX_WORDS],
        devices=tuple(sorted(devices or set(DEVICES.values()))),
        jurisdictions=config.certified_by(listed.certifications or ()),
        blocked=tuple(sorted(set(listed.blocked_countries or ()))),
        has_demo=listed.demo_game_support,
    )
