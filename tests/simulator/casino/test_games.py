"""Games are played against our wallet: bets, outcomes, wins, and what players are told."""

from typing import Any

from subgraphs.wallet.limits.changes import Wanted as LimitWanted
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.limits.store import Request
from tests.support.wallet.casino_player import (
    ANN,
    DICE,
    DOUBLING,
    POUND,
    SLOT,
    START,
    CasinoPlayer,
    GamePage,
)
from tests.support.wallet.money_clients import CURRENCY


async def test_games_are_played_for_money(player: CasinoPlayer) -> None:
    """After each game, the customer has what the wallet says, by stakes and wins of the provider."""
    page = await player.open(SLOT)
    expected = START
    wins = 0
    for _ in range(12):
        told = await page.play("0.5")
        played = told["round"]
        assert (played["state"], played["stake"], played["paid"]) == ("closed", POUND // 2, True)
        assert len(played["shown"]) == 3
        expected += played["win"] - played["stake"]
        wins += played["win"] > 0
        assert told["balance"] == expected == await player.has()
        assert told["net"] == expected - START
        player.wait()
    assert wins
    books = await player.books()
    assert len(books["messages"]) == len(books["rounds"]) == 12


async def test_a_game_that_is_asked_for_twice_is_played_once(player: CasinoPlayer) -> None:
    """Under the page's key, the same round is told again, and no second stake is taken."""
    page = await player.open(SLOT)
    first = await page.play(key="same")
    again = await page.play(key="same")
    assert again["round"] == first["round"]
    assert len(player.switch.bodies("/transaction/bet")) == 1
    assert await player.has() == first["balance"]


async def test_games_have_their_pace(player: CasinoPlayer) -> None:
    """Before it is over, no stake is taken, from another page of the same game neither."""
    page, other = await player.open(SLOT, country="GB"), await player.open(SLOT, country="GB")
    told = await page.play()
    assert told["wait"] == 2.5
    player.wait(1.5)
    for early in (page, other):
        told = await early.play()
        assert (told["problem"], told["wait"], told["round"]) == ("soon", 1.0, None)
    player.wait(1)
    assert (await page.play())["problem"] is None
    assert len(player.switch.bodies("/transaction/bet")) == 2


async def test_stakes_are_those_of_the_game(player: CasinoPlayer) -> None:
    """In Great Britain, none above £5."""
    page = await player.open(SLOT, country="GB")
    for stake in ("10", "0.3", "0", "-1", "x", "", "NaN", "sNaN", "Infinity", "1e400"):
        assert (await page.play(stake))["problem"] == "stake", stake
    assert await player.has() == START


async def test_dice_are_bet_on_as_offered(player: CasinoPlayer) -> None:
    """Another choice is refused, and takes nothing."""
    page = await player.open(DICE)
    for choice in ("", "under-50", "x"):
        assert (await page.play("1", choice))["problem"] == "choice", choice
    assert player.switch.bodies("/transaction/bet") == []


async def test_dice_pay_what_they_show(player: CasinoPlayer) -> None:
    """Over 50 pays 1.94 times the stake if more than 50 is shown."""
    page = await player.open(DICE)
    seen = set()
    for _ in range(8):
        played = (await page.play("1", "over-50"))["round"]
        assert played["win"] == (194_000 if played["shown"][0] > 50 else 0)
        seen.add(played["win"])
        player.wait()
    assert len(seen) == 2


async def test_money_that_is_not_there_is_not_staked(player: CasinoPlayer) -> None:
    """The page is told of it, with the balance; such a bet is not rolled back."""
    page = await player.open("acorn_seven_stars")
    while (told := await page.play("20"))["problem"] is None and told["balance"] >= 20 * POUND:
        player.wait()
    player.wait()
    told = await page.play("20")
    assert (told["problem"], told["round"]) == ("funds", None)
    assert told["balance"] == await player.has() < 20 * POUND
    assert player.switch.bodies("/transaction/rollback") == []


async def test_no_bet_is_made_after_the_sessions_end(player: CasinoPlayer) -> None:
    """The page is told; the bet is rolled back, as Hub88 does."""
    page = await player.open(SLOT)
    await player.operator.sessions.end_session(player.token)
    assert (await page.state())["problem"] == "over"
    assert (await page.play())["problem"] == "over"
    assert len(player.switch.bodies("/transaction/rollback")) == 1
    await player.settle()
    assert await player.has() == START


async def test_a_limit_and_an_exclusion_stop_games_and_no_win(player: CasinoPlayer) -> None:
    """The page is told which of them; a win that was left open is paid to who is excluded since."""
    page, told, has = await opened(player)
    wallet, slot = player.wallet, await player.open(SLOT)
    standing = await wallet.standing_of(ANN)
    async with wallet.database.write() as connection:
        asked = Request(ANN, "limit", ANN.customer, wallet.clock.now())
        wanted = LimitWanted(LimitKind.LOSS_DAY, 1, CURRENCY)
        await wallet.limits.set_limit(connection, asked, standing, wanted)
    told_of_limit = await slot.play("1")
    assert (told_of_limit["problem"], told_of_limit["balance"]) == ("limit", has)
    player.wait()
    async with wallet.database.write() as connection:
        asked = Request(ANN, "exclusion", ANN.customer, wallet.clock.now())
        await wallet.limits.self_exclude(connection, asked, standing, 6)
    assert (await slot.play("1"))["problem"] == "disabled"
    await page.post("collect", round=told["round"]["id"])
    await player.settle()
    assert await player.has() == has + told["round"]["win"]


async def test_play_without_money_asks_no_wallet(player: CasinoPlayer) -> None:
    """It has a balance of its own, which wins and stakes change."""
    page = await player.open(SLOT, currency="XXX", user=None, token=None)
    balance = (await page.state())["balance"]
    assert balance == 1_000 * POUND
    for _ in range(5):
        told = await page.play("5")
        balance += told["round"]["win"] - 5 * POUND
        assert told["balance"] == balance == (await page.state())["balance"]
        player.wait()
    assert player.switch.seen == []
    assert await player.has() == START


async def opened(player: CasinoPlayer) -> tuple[GamePage, dict[str, Any], int]:
    """Return the page of a game with an open win, what it was told, and what the customer has."""
    page = await player.open(DOUBLING)
    for _ in range(30):
        told = await page.play("1", "over-3")
        player.wait()
        if told["round"]["state"] == "open":
            return page, told, await player.has()
    raise AssertionError("no game was won")


async def test_an_open_win_is_collected(player: CasinoPlayer) -> None:
    """Once, however often it is asked for; before that, no other game is played."""
    page, told, has = await opened(player)
    win = told["round"]["win"]
    assert told["balance"] == has
    assert (await page.play("1", "over-3"))["problem"] == "open"
    for _ in range(2):
        played = (await page.post("collect", round=told["round"]["id"]))["round"]
        assert (played["state"], played["win"], played["paid"]) == ("closed", win, True)
    assert await player.has() == has + win
    [paid] = [body for body in player.switch.bodies("/transaction/win") if body["amount"]]
    assert paid["round_closed"] is True
    assert paid["round"] == told["round"]["id"]


async def test_a_win_is_doubled_or_lost(player: CasinoPlayer) -> None:
    """Until it is lost, or was doubled as often as the game allows; a repeated request doubles once."""
    ends = set()
    for _ in range(12):
        page, told, has = await opened(player)
        played = told["round"]
        while played["state"] == "open":
            before = played
            asked = {"round": before["id"], "doubled": before["doubled"]}
            played = (await page.post("double", **asked))["round"]
            assert (await page.post("double", **asked))["round"] == played
            assert played["doubled"] == before["doubled"] + 1
            assert played["win"] in {0, before["win"] * 2}
        assert await player.has() == has + played["win"]
        ends.add(played["win"] > 0)
        player.wait()
        if await player.has() < 3 * POUND:
            break
    assert False in ends


async def test_an_open_win_is_collected_after_the_session_has_ended(player: CasinoPlayer) -> None:
    """By the provider, after its time; until then, `game/round` says that it is open."""
    _, told, has = await opened(player)
    await player.operator.sessions.end_session(player.token)
    id_ = told["round"]["id"]
    answer = (await player.ask("bramble", "round", user="ann1", round=id_, transaction_uuid="x")).json()
    assert answer["state"] == "open"
    assert answer["collected_at"] > player.clock.now().isoformat()
    await player.settle()
    assert await player.has() == has + told["round"]["win"]
    answer = (await player.ask("bramble", "round", user="ann1", round=id_)).json()
    assert answer == {"url": f"{player.casino.urls['bramble']}/rounds/{id_}", "state": "closed"}
    assert id_ in (await player.client.get(answer["url"])).text


async def test_a_prize_is_paid_after_the_session(player: CasinoPlayer) -> None:
    """Once by its id: a bet of 0, which takes nothing, and a win."""
    await player.open(SLOT)
    await player.operator.sessions.end_session(player.token)
    given = {"provider": "acorn", "game": SLOT, "user": "ann1", "amount": "25.00999", "id": "cup"}
    for _ in range(2):
        assert (await player.control("/prizes", **given)).json() == {"promo_reference": "cup"}
        await player.settle()
    assert await player.has() == START + 2_501 * POUND // 100
    [bet], [win] = player.switch.bodies("/transaction/bet"), player.switch.bodies("/transaction/win")
    assert (bet["amount"], bet["is_supplier_promo"], win["is_supplier_promo"]) == (0, True, True)
    assert {message["status"] for message in (await player.books())["messages"]} == {"RS_OK"}


async def test_free_rounds_cost_nothing_and_pay(player: CasinoPlayer) -> None:
    """They are played first; bets are of 0 and flagged, wins are real money."""
    asked = {"provider": "acorn", "game": SLOT, "user": "ann1", "count": 6, "stake": "0.2", "id": "gift"}
    for _ in range(2):
        assert (await player.control("/free-rounds", **asked)).json() == {"reward_uuid": "gift"}
    page, won = await player.open(SLOT), 0
    assert (await page.state())["free"] == {"left": 6, "stake": POUND // 5}
    for left in range(5, -1, -1):
        told = await page.play("5")
        assert told["round"]["free"] is True
        assert (told["free"] or {"left": 0})["left"] == left
        won += told["round"]["win"]
        assert told["balance"] == await player.has() == START + won
        assert told["net"] == won
        player.wait()
    assert won
    bets = player.switch.bodies("/transaction/bet")
    assert {(bet["amount"], bet["is_free"], bet["reward_uuid"]) for bet in bets} == {(0, True, "gift")}
    told = await page.play("0.2")
    assert (told["round"]["free"], told["free"]) == (False, None)
