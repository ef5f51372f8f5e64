"""Whatever games, certificates and sections there are, nobody sees a game that is not allowed to them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from subgraphs.lobby.catalogue.catalogue import Catalogue
from subgraphs.lobby.catalogue.games import Game, Place
from subgraphs.lobby.catalogue.lobbies import Group, Lobby, Rule, Section
from subgraphs.lobby.catalogue.views import LobbyViews
from subgraphs.lobby.configuration import Certificate, LobbyFile, ProviderConfig, Withdrawal

NOON: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)
CODES: Final = ("a", "b", "c", "d")
PLACES: Final = ("GB", "DE", "CA-ON")
DEVICES: Final = ("DESKTOP", "MOBILE")
BRANDS: Final = ("northbet", "southbet")
PROVIDERS: Final = ("acorn", "bramble", "left")
"""The last one is no longer configured."""

_days = st.none() | st.sampled_from([date(2026, 3, day) for day in (24, 25, 26)])
_instants = st.none() | st.sampled_from([NOON + timedelta(hours=hours) for hours in (-1, 0, 1)])
_places = st.sets(st.sampled_from(PLACES))


def provider(name: str, brands: tuple[str, ...]) -> ProviderConfig:
    """Return a configured provider."""
    return ProviderConfig(
        name=name,
        url="https://games.example",
        private_key_file=Path("ours.pem"),
        operator_id=1,
        brands=brands,
        currencies=("GBP",),
        frame_origins=("https://games.example",),
    )


@st.composite
def files(draw: st.DrawFn) -> LobbyFile:
    """Draw a file with certificates and withdrawals."""
    said = {"provider": st.sampled_from(PROVIDERS[:2]), "jurisdiction": st.sampled_from(PLACES)}
    games = st.lists(st.sampled_from(CODES), min_size=1, max_size=2).map(tuple)
    certificates = []
    for _ in range(draw(st.integers(0, 4))):
        since, until = draw(_days), draw(_days)
        if since is None or until is None or since < until:
            given = {name: draw(values) for name, values in said.items()}
            days = {"since": since, "until": until}
            certificates.append(Certificate(games=draw(games), reference="r", **given, **days))
    withdrawals = [
        Withdrawal(games=draw(games), **{name: draw(values) for name, values in said.items()})
        for _ in range(draw(st.integers(0, 2)))
    ]
    served = draw(st.sampled_from([(), ("northbet",)]))
    providers = (provider("acorn", served), provider("bramble", ()))
    return LobbyFile(providers=providers, certificates=tuple(certificates), withdrawals=tuple(withdrawals))


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Draw games of all providers, some launches, and the lobbies of some brands."""
    games = {}
    for name in PROVIDERS:
        for code in draw(st.sets(st.sampled_from(CODES))):
            own_id = f"{name}-{code}"
            games[own_id] = Game(
                own_id=own_id,
                provider=name,
                code=code,
                name=code.upper(),
                studio=name,
                image_url=None,
                tags=("fruit",) if draw(st.booleans()) else (),
                devices=frozenset(draw(st.sets(st.sampled_from(DEVICES), min_size=1))),
                jurisdictions=frozenset(draw(_places)),
                blocked=frozenset(draw(st.sets(st.sampled_from(("GB", "DE", "FR"))))),
                has_demo=True,
                first_seen=NOON - timedelta(days=draw(st.integers(0, 40))),
            )
    launches = {(brand, own_id): 1 + len(own_id) for own_id in games for brand in BRANDS}
    lobbies = {"northbet": draw(lobbies_of(sorted(games)))}
    return Catalogue(1, games, lobbies, dict.fromkeys((7, 30), launches))


@st.composite
def lobbies_of(draw: st.DrawFn, own_ids: list[str]) -> Lobby:
    """Draw sections by hand and by rule, and a group."""
    rules = st.builds(
        Rule,
        by=st.sampled_from(["new", "popular", "tag", "provider", "all"]),
        days=st.sampled_from([7, 30]),
        value=st.sampled_from(["fruit", "acorn", "left"]),
    )
    listed = st.lists(st.sampled_from([*own_ids, "unknown"]), unique=True).map(tuple)
    sections = st.builds(
        Section,
        id=st.just("s"),
        names=st.just({"en": "S"}),
        games=listed,
        rule=st.none() | rules,
        jurisdictions=_places.map(frozenset),
        devices=st.sets(st.sampled_from(DEVICES)).map(frozenset),
        since=_instants,
        until=_instants,
    )
    groups = st.builds(Group, id=st.just("g"), names=st.just({}), games=listed, rule=st.none() | rules)
    return Lobby(sections=tuple(draw(st.lists(sections, max_size=4))), groups=(draw(groups),))


def is_allowed(file: LobbyFile, game: Game, brand: str, place: Place, at: datetime) -> bool:
    """Return what the file and the list say, plainly."""
    configured = [one for one in file.providers if one.name == game.provider]
    if not configured or (configured[0].brands and brand not in configured[0].brands):
        return False
    where, said = place.jurisdiction, (game.provider, game.code)
    if where is None or {where[:2], place.country} & game.blocked:
        return False
    for withdrawal in file.withdrawals:
        if (
            withdrawal.jurisdiction == where
            and said[0] == withdrawal.provider
            and said[1] in withdrawal.games
        ):
            return False
    if where in game.jurisdictions:
        return True
    today = at.date()
    return any(
        certificate.jurisdiction == where
        and certificate.provider == said[0]
        and said[1] in certificate.games
        and (certificate.since is None or certificate.since <= today)
        and (certificate.until is None or today < certificate.until)
        for certificate in file.certificates
    )


_places_of_visitors = st.builds(
    Place, st.none() | st.sampled_from(PLACES), st.none() | st.sampled_from(("GB", "DE", "FR", "US"))
)
_looks = st.lists(
    st.tuples(
        st.sampled_from(BRANDS),
        _places_of_visitors,
        st.none() | st.sampled_from(DEVICES),
        st.sampled_from([0, 30, 60, 3_600, 12 * 3_600 - 30, 24 * 3_600]),
    ),
    min_size=1,
    max_size=5,
)


@given(file=files(), catalogue=catalogues(), looks=_looks)
def test_only_what_is_allowed_is_shown(file: LobbyFile, catalogue: Catalogue, looks: list[Any]) -> None:
    """To any visitor at any time, by views that are kept between looks; and all of it can be found."""
    views, now = LobbyViews(file), NOON
    for brand, place, device, seconds in looks:
        now += timedelta(seconds=seconds)
        view = views.of(catalogue, brand, place, device, now)
        assert timedelta(0) <= now - view.at < timedelta(minutes=1)
        allowed = {
            game.own_id
            for game in catalogue.games.values()
            if is_allowed(file, game, brand, place, now) and device in {None, *game.devices}
        }
        group = view.group("g")
        listed = [games for _, games in view.sections] + ([] if group is None else [group[1]])
        assert {game.own_id for games in listed for game in games} <= allowed
        assert {own_id for own_id in catalogue.games if view.find(own_id) is not None} == allowed
        for section, games in view.sections:
            assert games
            assert section.since is None or section.since <= now
            assert section.until is None or now < section.until
            assert place.jurisdiction in section.jurisdictions or not section.jurisdictions
            assert device is None or not section.devices or device in section.devices
