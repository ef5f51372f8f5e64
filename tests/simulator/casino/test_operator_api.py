"""What an operator asks providers of games: their lists, addresses of games, and rounds."""

from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
from msgspec import json

from simulator.casino.keys import OPERATOR, public_file
from subgraphs.kit.hub88_signatures import HEADER, Signer, Verifier
from tests.support.wallet.casino_player import DICE, PROVIDERS, SLOT, CasinoPlayer


async def test_each_provider_lists_its_own_games(player: CasinoPlayer) -> None:
    """With Hub88's members; pictures are at the provider, and well-formed."""
    codes: list[str] = []
    for provider in PROVIDERS:
        answer = await player.ask(provider, "list")
        assert Verifier([public_file(player.folder, provider)]).verifies(
            answer.content, answer.headers[HEADER]
        )
        games: list[dict[str, Any]] = answer.json()
        codes += [game["game_code"] for game in games]
        for game in games:
            assert game["game_code"].startswith(provider)
            assert game["certifications"]
            assert float(game["rtp"]) > 90
            assert game["freebet_support"] is (provider == "acorn")
            assert game["url_thumb"].startswith(player.casino.urls[provider])
            picture = await player.client.get(game["url_thumb"])
            assert picture.headers["content-type"] == "image/svg+xml"
            assert game["name"] in "".join(fromstring(picture.text).itertext())  # noqa: S314 - our own
    assert len(set(codes)) == len(codes) >= 12


async def test_only_the_operator_is_answered(player: CasinoPlayer) -> None:
    """A strange key, no signature, and another operator's number get nothing."""
    url = f"{player.casino.urls['acorn']}/operator/generic/v2/game/list"
    body = json.encode({"operator_id": 1})
    strange = Signer(player.folder / "bramble.pem").sign(body)
    for headers in ({HEADER: strange}, {HEADER: "x"}, {}):
        answer = await player.client.post(url, content=body, headers=headers)
        assert (answer.status_code, answer.json()) == (403, {"error": "invalid signature"})
    assert (await player.ask("acorn", "list", operator_id=2)).status_code == 403
    for body in (b"[]", b"x", b"[" * 10_000, b'{"operator_id": 1}' + b" " * 70_000):
        signed = {HEADER: Signer(player.folder / OPERATOR).sign(body)}
        assert (await player.client.post(url, content=body, headers=signed)).status_code == 400


async def test_a_game_is_launched_only_as_it_may_be(player: CasinoPlayer) -> None:
    """Each refusal says why; without money, nobody has to be named."""
    given = {"game_code": SLOT, "platform": "GPL_DESKTOP", "currency": "GBP", "user": "ann1", "token": "t"}
    assert (await player.ask("acorn", "url", **given)).status_code == 200
    wrong = (
        {"game_code": DICE},
        {"game_code": None},
        {"platform": "x"},
        {"currency": "ZZZ"},
        {"user": None},
        {"token": None},
        {"token": "t" * 300},
        {"country": "FR"},
        {"lang": 5},
    )
    for members in wrong:
        answer = await player.ask("acorn", "url", **given | members)
        assert answer.status_code in {400, 404}, members
        assert answer.json()["error"]
    demo = {"game_code": SLOT, "platform": "GPL_MOBILE", "currency": "XXX"}
    assert (await player.ask("acorn", "url", **demo)).status_code == 200


async def test_a_game_can_be_taken_away(player: CasinoPlayer) -> None:
    """It is listed as not enabled, is not launched, and pages that are open play no more."""
    page = await player.open(SLOT)
    assert (await player.control(f"/games/acorn/{SLOT}/off")).status_code == 204
    games = (await player.ask("acorn", "list")).json()
    assert [game["game_code"] for game in games if not game["enabled"]] == [SLOT]
    given = {"game_code": SLOT, "platform": "GPL_DESKTOP", "currency": "XXX"}
    assert (await player.ask("acorn", "url", **given)).status_code == 404
    assert (await page.play())["problem"] == "off"
    await player.control(f"/games/acorn/{SLOT}/on")
    assert (await page.play())["problem"] is None
    assert (await player.control("/games/acorn/x/off")).status_code == 404


async def test_rounds_of_others_are_unknown(player: CasinoPlayer) -> None:
    """And those of another provider."""
    page = await player.open(SLOT)
    id_ = (await page.play())["round"]["id"]
    assert (await player.ask("acorn", "round", user="ann1", round=id_)).json()["state"] == "closed"
    assert (await player.ask("acorn", "round", user="bob", round=id_)).status_code == 404
    assert (await player.ask("bramble", "round", user="ann1", round=id_)).status_code == 404
    assert (await player.ask("acorn", "round", user="ann1", round="x")).status_code == 404


async def test_answers_fail_on_demand(player: CasinoPlayer) -> None:
    """Each fault once, then the list is there again."""
    verifier = Verifier([public_file(player.folder, "acorn")])
    player.casino.faults["acorn"].late_seconds = 0.01

    async def answer(fault: str) -> httpx.Response:
        assert (await player.control(f"/faults/acorn/{fault}", on="list")).status_code == 204
        return await player.ask("acorn", "list")

    assert (await answer("error")).status_code == 500
    assert "<html>" in (await answer("garbage")).text
    assert HEADER not in (await answer("answer_unsigned")).headers
    wrong = await answer("answer_wrong_signature")
    assert not verifier.verifies(wrong.content, wrong.headers[HEADER])
    late = await answer("answer_late")
    assert verifier.verifies(late.content, late.headers[HEADER])
    player.client.timeout = httpx.Timeout(0.2)
    await player.control("/faults/acorn/answer_lost")
    try:
        await player.ask("acorn", "list")
    except httpx.TimeoutException:
        player.client.timeout = httpx.Timeout(20)
    assert (await player.ask("acorn", "list")).status_code == 200
