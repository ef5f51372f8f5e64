"""Customers of the running demo play at two played providers, for money of the demo's wallet or for none."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from furlong.demo.casino.lobbies import SPINS_GROUP
from furlong.demo.fulfilment import FILE, FOLDER
from simulator.providers.serve import SECRET
from subgraphs.lobby.game_list import game_id
from tests.support.processes.running_furlong import BRAND, PATIENCE_SECONDS, Demo, eventually, running_demo
from tests.support.product.newcomers import Newcomers
from tests.whole.demo_player import CasinoGuest, GameOfDemo, guest_of, in_minor

OTHER_BRAND = "lagunabet"
SLOT, DICE, DICE_CHOICE = "Acorn Harvest", "Hundred", "under-51"
ONLY_IN_GB, ONLY_IN_MT = "Leaf Line", "Three of Them"
MOVED = "2026-04-09T18:00+01:00"
FREE_SPINS = ("Lucky Bells", "Berry Pop")
GROUP = """query ($brand: ID!) { club(brand: $brand) {
  options { id gameGroup { id name games { name } } } } }"""


@pytest.fixture
def guest(demo: Demo, newcomer: str) -> Iterator[CasinoGuest]:
    """A customer who plays in pounds."""
    with guest_of(demo, BRAND, newcomer) as guest:
        eventually(lambda: "slots" in guest.sections(), "the lobby is the editor's")
        yield guest


@pytest.fixture
def player(newcomers: Newcomers) -> str:
    """A customer of the other brand."""
    return newcomers.one(OTHER_BRAND)


@pytest.fixture
def other(demo: Demo, player: str) -> Iterator[CasinoGuest]:
    """The customer of the other brand, who plays in euros."""
    with guest_of(demo, OTHER_BRAND, player) as other:
        eventually(lambda: "slots" in other.sections(), "the lobby is the editor's")
        yield other


def played(guest: CasinoGuest, game: GameOfDemo, stake: str, choice: str = "") -> dict[str, Any]:
    """Play a round for money; the wallet moves by what the game says. Return the round."""
    before, told = guest.balance, game.play(stake, choice)
    assert told["problem"] is None, told
    shown = dict(told["round"])
    won = in_minor(shown["win"])
    assert shown["paid"]
    guest.comes_to(before + won - (0 if shown["free"] else in_minor(shown["stake"])))
    assert in_minor(told["balance"]) == guest.balance
    return shown


def test_the_lobby_shows_the_games_of_both_providers(demo: Demo, guest: CasinoGuest) -> None:
    """In the sections that the demo's editor has proposed, with pictures from the providers."""
    sections = guest.sections()
    assert {"new", "slots", "dice"} <= sections.keys()
    assert {game["provider"] for game in sections["slots"]} == {"Acorn Games"}
    assert {game["provider"] for game in sections["dice"]} == {"Bramble Dice"}
    providers = demo.facts["casino"]["providers"]
    assert {game["imageUrl"].partition("/pictures/")[0] for game in guest.games().values()} == set(
        providers.values()
    )
    assert all(httpx.get(game["imageUrl"]).is_success for game in guest.games().values())


def test_a_spin_and_a_roll_move_the_wallets_money(demo: Demo, guest: CasinoGuest) -> None:
    """By what the game says, as the graph's wallet tells it."""
    slot, dice = guest.open(SLOT), guest.open(DICE)
    providers = demo.facts["casino"]["providers"]
    assert slot.url.startswith(f"{providers['acorn']}/play/")
    assert dice.url.startswith(f"{providers['bramble']}/play/")
    assert played(guest, slot, "0.5")["stake"] == 50_000
    assert played(guest, dice, "1", DICE_CHOICE)["stake"] == 100_000


def test_the_other_brand_plays_in_its_own_currency(other: CasinoGuest) -> None:
    """In euros, at the same providers."""
    played(other, other.open(SLOT), "0.2")


def test_play_without_money_moves_nothing(demo: Demo, guest: CasinoGuest) -> None:
    """A visitor may play as well, for made-up money of the provider's."""
    before = guest.balance
    with guest_of(demo, BRAND, is_customer=False) as visitor:
        for game in (visitor.open(SLOT, demo=True), guest.open(DICE, demo=True)):
            told = game.play("1", DICE_CHOICE if "bramble" in told_provider(demo, game) else "")
            assert told["problem"] is None
            assert told["round"]["stake"] == 100_000
        refused = visitor.launch(visitor.games()[SLOT]["id"])
        assert [error["code"] for error in refused["errors"]] == ["UNAUTHENTICATED"]
    assert guest.balance == before


def told_provider(demo: Demo, game: GameOfDemo) -> str:
    """Return the name of the provider that serves a game."""
    providers = demo.facts["casino"]["providers"]
    return next(name for name, url in providers.items() if game.url.startswith(url))


def test_a_game_is_nowhere_where_it_is_not_certified(guest: CasinoGuest, other: CasinoGuest) -> None:
    """It is not shown, and not opened by its id, for money or without."""
    assert ONLY_IN_GB in guest.games()
    assert ONLY_IN_GB not in other.games()
    assert ONLY_IN_MT in other.games()
    assert ONLY_IN_MT not in guest.games()
    for who, own_id in (
        (guest, game_id("bramble", "bramble_triple")),
        (other, game_id("acorn", "acorn_leaf_line")),
    ):
        for demo in (False, True):
            launched = who.launch(f"{who.brand}:{own_id}", demo=demo)
            assert [error["code"] for error in launched["errors"]] == ["NOT_ALLOWED_HERE"]
            assert launched["url"] is None


@pytest.mark.usefixtures("web_installed")
def test_the_page_may_frame_games_and_nothing_else(demo: Demo, guest: CasinoGuest) -> None:
    """Its policy has the providers' origins, and games let the page frame them."""
    origins = list(demo.facts["casino"]["providers"].values())
    page = httpx.get(f"{demo.site.url}/")
    policy = dict(
        part.strip().partition(" ")[::2] for part in page.headers["content-security-policy"].split(";")
    )
    assert policy["frame-src"].split() == origins
    assert policy["img-src"].split() == ["'self'", "data:", *origins]
    assert (policy["script-src"], policy["connect-src"]) == ("'self'", "'self'")
    assert httpx.get(f"{demo.site.url}/game-origins").json() == {"origins": origins}
    framed = httpx.get(guest.open(SLOT).url).headers["content-security-policy"]
    ancestors = framed.rpartition("frame-ancestors ")[2].split()
    own = urlsplit(demo.site.url)
    assert f"{own.scheme}://{own.hostname}:*" in ancestors


def test_free_spins_of_the_club_are_played(demo: Demo, player: str, other: CasinoGuest) -> None:
    """The reward names the games; what fulfilment credits is played on them, and wins are money."""

    def group() -> dict[str, Any]:
        options = other.ask(GROUP, brand=OTHER_BRAND)["club"]["options"]
        [group] = [option["gameGroup"] for option in options if option["gameGroup"] is not None]
        return dict(group)

    eventually(lambda: group()["games"], "the group of the editor's lobby is known")
    assert group()["id"] == f"{OTHER_BRAND}:{SPINS_GROUP}"
    assert sorted(game["name"] for game in group()["games"]) == sorted(FREE_SPINS)
    games = [other.open(name) for name in FREE_SPINS]
    assert [game.state()["free"] for game in games] == [None, None]
    credit(demo, player, spins=5)
    eventually(lambda: all(game.state()["free"] for game in games), "the spins are there")
    assert [game.state()["free"]["left"] for game in games] == [3, 2]
    spun = played(other, games[0], "0.1")
    assert (spun["free"], spun["stake"]) == (True, 10_000)
    assert games[0].state()["free"]["left"] == 2


def credit(demo: Demo, player: str, spins: int) -> None:
    """Credit free spins at the demo's game platform, as fulfilment does."""
    file = Path(demo.facts["data"]) / FOLDER / FILE
    entries = yaml.safe_load(file.read_text())["providers"]
    url = next(entry["url"] for entry in entries if entry["adapter"] == "games")
    body = {
        "operator": OTHER_BRAND,
        "player": player,
        "award": "free_spins",
        "rounds": spins,
        "value": None,
        "currency": "EUR",
        "wagering": 0,
        "valid_days": 7,
    }
    headers = {"authorization": f"Bearer {SECRET}", "idempotency-key": f"week-{player}"}
    httpx.put(f"{url}/v1/awards/week-{player}", json=body, headers=headers).raise_for_status()


@pytest.mark.slow("a demo starts twice")
@pytest.mark.usefixtures("processes")
def test_rounds_are_settled_after_the_demo_was_killed(tmp_path: Path) -> None:
    """A bet whose answer was lost is rolled back, a round that was played is paid; open pages go on.

    Games live by the machine's clock, while that of this demo is months behind.
    """
    with running_demo(tmp_path, "--at", MOVED) as first, guest_of(first, BRAND) as guest:
        eventually(lambda: "slots" in guest.sections(), "the lobby is the editor's")
        casino, before = first.facts["casino"], guest.balance
        slot, dice = guest.open(SLOT), guest.open(DICE)
        for fault, on in (("acorn/lost_answer", "bet"), ("acorn/lost_request", "rollback")):
            arm(casino["control"], fault, on)
        arm(casino["control"], "bramble/lost_request", "win")
        assert slot.play("2")["problem"] == "unknown"
        told = dice.play("1", DICE_CHOICE)
        assert (told["problem"], told["round"]["paid"]) == (None, False)
        assert guest.balance == before - 200 - 100
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(PATIENCE_SECONDS)
    (tmp_path / ".furlong" / "demo.json").unlink()
    with running_demo(tmp_path) as second, guest_of(second, BRAND) as guest:
        assert second.facts["casino"] == casino
        guest.comes_to(before - 100 + in_minor(told["round"]["win"]))
        assert in_minor(slot.state()["balance"]) == guest.balance
        played(guest, slot, "1")
        books = httpx.get(f"{casino['control']}/state").json()
        assert [message["due"] for message in books["messages"]] == [None] * 3


def arm(control: str, fault: str, on: str) -> None:
    """Arm a fault of a provider for all requests that are made."""
    httpx.post(f"{control}/faults/{fault}", params={"amount": 1000, "on": on}).raise_for_status()
