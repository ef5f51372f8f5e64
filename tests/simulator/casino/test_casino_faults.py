"""Whatever gets lost on the way to the wallet, or is killed: each round takes and pays once what it says."""

import asyncio
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest

from simulator.casino.faults import LASTING_FAULTS, WALLET_FAULTS
from simulator.casino.rounds import Wanted
from tests.support.wallet.casino_player import (
    DICE,
    DOUBLING,
    POUND,
    SLOT,
    START,
    CasinoPlayer,
    restarted,
)


async def expected(player: CasinoPlayer) -> int:
    """Return what the customer should have by the providers' books alone."""
    books = await player.books()
    rounds = books["rounds"]
    closed = [played for played in rounds if played["state"] == "closed"]
    assert all(played["state"] in {"closed", "refused", "undone"} for played in rounds)
    wins = [
        body for message in books["messages"] if (body := message["body"]).get("reference_transaction_uuid")
    ]
    prizes = [body["amount"] for body in wins if body.get("is_supplier_promo")]
    pennies = sum(int(Decimal(amount).scaleb(-3).quantize(1, ROUND_HALF_UP)) for amount in prizes)
    played = sum(played["win"] - (0 if played["reward"] else played["stake"]) for played in closed)
    return START + played + pennies * POUND // 100


async def give_prize(player: CasinoPlayer, game: str, chance: Random) -> None:
    """Have a prize given."""
    amount = chance.choice(["2", "0.00499", "1.23456", "1.235"])
    given = {"provider": game.partition("_")[0], "game": game, "user": "ann1", "amount": amount}
    assert (await player.control("/prizes", **given)).status_code == 200


@pytest.mark.parametrize("seed", range(3))
async def test_no_fault_takes_or_pays_twice(player: CasinoPlayer, seed: int) -> None:
    """Any order of faults of bets, wins and rollbacks leaves the customer with what rounds and prizes say.

    Prizes are given meanwhile and after the session's end, some of them with parts of a penny.
    """
    chance = Random(seed)  # noqa: S311 - repeatable on purpose
    await player.control("/free-rounds", provider="acorn", game=SLOT, user="ann1", count=3, stake="0.2")
    pages = {game: await player.open(game) for game in (SLOT, DICE, DOUBLING)}
    for faults in player.casino.faults.values():
        faults.late_seconds = 0.01
    for _ in range(25):
        game = chance.choice(list(pages))
        for name in chance.sample(WALLET_FAULTS, chance.randint(0, 2)):
            on = chance.choice(["bet", "win", "rollback", ""])
            provider = game.partition("_")[0]
            answer = await player.control(f"/faults/{provider}/{name}", amount=chance.randint(1, 2), on=on)
            assert answer.status_code == 204
        choice = {SLOT: "", DICE: "over-50", DOUBLING: "over-3"}[game]
        told = await pages[game].play("1", choice)
        if told["round"] and told["round"]["state"] == "open" and chance.random() < 0.5:
            await pages[game].post("collect", round=told["round"]["id"])
        assert told["problem"] in {None, "unknown", "funds", "open"}
        if chance.random() < 0.2:
            await give_prize(player, game, chance)
        player.wait()
    await player.operator.sessions.end_session(player.token)
    for game in pages:
        for name in WALLET_FAULTS:
            await player.control(f"/faults/{game.partition('_')[0]}/{name}", on=chance.choice(["bet", "win"]))
        await give_prize(player, game, chance)
    await player.settle()
    assert await player.has() == await expected(player)
    states = {played["state"] for played in (await player.books())["rounds"]}
    assert states >= {"closed", "undone"}
    given = (await player.books())["free_rounds"][0]
    used = [played for played in (await player.books())["rounds"] if played["reward"]]
    assert given["left"] == given["given"] - sum(played["state"] == "closed" for played in used)


async def test_a_win_is_paid_when_the_wallet_is_back(player: CasinoPlayer) -> None:
    """The page shows the outcome at once, and says that the money is on its way."""
    page = await player.open(DICE)
    await player.control("/faults/bramble/lost_request", amount=1_000, on="win")
    told = {"round": {"win": 0}}
    while not told["round"]["win"]:
        told = await page.play("1", "over-50")
        player.wait()
    assert (told["round"]["paid"], told["balance"]) == (False, None)
    assert await player.has() < await expected(player)
    await player.client.delete(f"{player.casino.control_url}/faults")
    await player.settle()
    assert await player.has() == await expected(player)


async def test_nothing_is_played_while_the_provider_is_silent(player: CasinoPlayer) -> None:
    """The bet is rolled back afterwards, although it may never have arrived."""
    page = await player.open(SLOT)
    assert LASTING_FAULTS == ("silence",)
    await player.control("/faults/acorn/silence", amount=60)
    told = await page.play()
    assert (told["problem"], told["balance"], told["round"]) == ("unknown", None, None)
    assert (await page.state())["problem"] == "away"
    assert player.switch.seen == []
    await player.client.delete(f"{player.casino.control_url}/faults")
    await player.settle()
    assert len(player.switch.bodies("/transaction/rollback")) == 1
    assert await player.has() == START


async def test_a_bet_whose_answer_a_killed_provider_never_saw_is_rolled_back(player: CasinoPlayer) -> None:
    """The stake was taken; it is given back when the provider starts again, before anybody plays."""
    page = await player.open(SLOT)
    session = player.casino.rounds["acorn"].store.session(page.url.rpartition("/")[2])
    assert session is not None
    player.switch.hangs_after = "/transaction/bet"
    playing = player.casino.rounds["acorn"].play(session, Wanted("k", Decimal(1)))
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            await playing
    player.switch.hangs_after = ""
    assert await player.has() == START - POUND
    [left] = (await player.books())["rounds"]
    assert left["state"] == "betting"
    async with restarted(player) as again:
        await again.settle()
        assert await again.has() == START
        [undone] = (await again.books())["rounds"]
        assert (undone["state"], undone["shown"]) == ("undone", [])


async def test_a_win_that_a_killed_provider_owed_is_paid(player: CasinoPlayer) -> None:
    """The outcome was stored before it was shown, and stays what it was."""
    page = await player.open(DICE)
    await player.control("/faults/bramble/lost_request", amount=1_000, on="win")
    for _ in range(6):
        await page.play("1", "over-50")
        player.wait()
    before = (await player.books())["rounds"]
    async with restarted(player) as again:
        await again.settle()
        assert (await again.books())["rounds"] == before
        assert await again.has() == await expected(again)


async def test_a_win_is_collected_once_by_player_and_provider(player: CasinoPlayer) -> None:
    """The player collects while the provider, whose time has come, is paying another round."""
    pages = []
    for game, choice in ((DOUBLING, "over-3"), ("bramble_twenty", "over-10")):
        page, state = await player.open(game), ""
        while state != "open":
            told = await page.play("1", choice)
            state = told["round"]["state"]
            player.wait()
        pages.append((page, told["round"]))
    player.wait(1_000)
    player.switch.hangs_after = "/transaction/win"
    collecting = asyncio.create_task(player.casino.rounds["bramble"].collect_due())
    await player.switch.has_hung.wait()
    player.switch.hangs_after = ""
    page, played = pages[1]
    assert (await page.post("collect", round=played["id"]))["round"]["state"] == "closed"
    player.switch.released.set()
    await collecting
    await player.settle()
    assert await player.has() == await expected(player)
    messages = [message["round"] for message in (await player.books())["messages"]]
    assert len(set(messages)) == len(messages)


async def test_unknown_faults_are_refused(player: CasinoPlayer) -> None:
    """With the names of those that there are."""
    for path in ("acorn/explode", "oak/late"):
        answer = await player.control(f"/faults/{path}")
        assert answer.status_code == 404
        assert "wrong_signature" in answer.json()["message"]
    for wrong in ({"count": 0}, {"count": "x"}, {"user": ""}, {"currency": "ZZZ"}, {"stake": "x"}):
        given = {"provider": "acorn", "game": SLOT, "user": "ann1", "count": 1} | wrong
        assert (await player.control("/free-rounds", **given)).status_code == 400
    given = {"provider": "bramble", "game": DICE, "user": "ann1", "count": 1}
    assert (await player.control("/free-rounds", **given)).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"amount": "0"}, 400), ({"amount": "x"}, 400), ({"amount": "inf"}, 400), ({"user": "bob1"}, 404)],
)
async def test_a_prize_needs_an_amount_and_somebody(
    player: CasinoPlayer, wrong: dict[str, str], status: int
) -> None:
    """Who has never opened the game has no token by which it could be given."""
    await player.open(SLOT)
    given = {"provider": "acorn", "game": SLOT, "user": "ann1", "amount": "1"} | wrong
    assert (await player.control("/prizes", **given)).status_code == status
    assert (await player.books())["messages"] == []
