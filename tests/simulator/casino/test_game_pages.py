"""The pages of games as they are served: languages, policies, and nothing from elsewhere."""

import re

import httpx

from simulator.casino.catalogue import LANGUAGES, SYMBOLS
from simulator.casino.words import load_words, number_text
from tests.support.wallet.casino_player import DICE, DOUBLING, SLOT, CasinoPlayer

LOBBY = "https://northbet.example/games?x=1&y=2"


def test_all_languages_say_the_same_things() -> None:
    """With the same values to be filled in, and no text left in English."""
    words = load_words()
    assert tuple(words) == LANGUAGES
    english = words["en"]
    for lang in LANGUAGES[1:]:
        assert words[lang].keys() == english.keys()
        for name, text in words[lang].items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[name])), (
                lang,
                name,
            )
            is_sentence = len(english[name].split()) > 3
            assert not is_sentence or text != english[name], (lang, name)
    assert set(SYMBOLS.values()) <= english.keys()


async def test_pages_speak_the_language_that_was_asked_for(player: CasinoPlayer) -> None:
    """Regions do not matter; other languages are answered in English."""
    for lang, spoken in (("de-AT", "de"), ("da", "da"), ("it", "it"), ("sv", "en"), ("", "en")):
        page = await player.open(DOUBLING, lang=lang)
        text = (await player.client.get(page.url)).text
        words = load_words()[spoken]
        assert f'<html lang="{spoken}">' in text
        assert words["stake"] in text
        assert words["over"].format(number=3) in text
        assert words["times"].format(multiple="1.92" if spoken == "en" else "1,92") in text


async def test_a_page_needs_nothing_from_elsewhere(player: CasinoPlayer) -> None:
    """Its policy allows our own script and style alone, and frames of the operator's lobby."""
    for game in (SLOT, DICE):
        page = await player.open(game, lobby_url=LOBBY, lang="en")
        answer = await player.client.get(page.url)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
        )
        assert policy.endswith(
            "frame-ancestors http://127.0.0.1:* http://localhost:* https://northbet.example"
        )
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert 'href="https://northbet.example/games?x=1&amp;y=2" target="_top"' in answer.text
        addresses = set(re.findall(r'(?:href|src)="([^"]+)"', answer.text))
        assert {address for address in addresses if not address.startswith(("/", "#", "data:"))} == {
            LOBBY.replace("&", "&amp;")
        }
        assert "style=" not in answer.text
        assert not re.search(r" on\w+=", answer.text)
        for name in ("game.css", "game.js"):
            asset = await player.client.get(f"{player.casino.urls['acorn']}/assets/{name}")
            assert asset.status_code == httpx.codes.OK
            assert "http://" not in asset.text.replace("http://www.w3.org/2000/svg", "")
            assert "https://" not in asset.text


async def test_a_page_leads_nowhere_unsafe(player: CasinoPlayer) -> None:
    """A lobby's address that is none of the web is left out, and none adds to the policy."""
    for lobby in (
        "javascript:alert(1)",
        "//x.example",
        "https://x.example; script-src *",
        "https://[",
        "x",
        "https://\u65e5.example",
    ):
        page = await player.open(SLOT, lobby_url=lobby)
        answer = await player.client.get(page.url)
        assert 'class="lobby"' not in answer.text or lobby.startswith("https://")
        assert answer.headers["content-security-policy"].count("script-src") == 1
        assert answer.headers["content-security-policy"].endswith("http://127.0.0.1:* http://localhost:*")


async def test_the_paytable_and_the_rules_are_shown(player: CasinoPlayer) -> None:
    """With the return to players, the pace of the country, and only its stakes."""
    page = await player.open(SLOT, country="GB", lang="en")
    text = (await player.client.get(page.url)).text
    assert "Over many games, 94.14 % of stakes is paid back." in text
    assert "At least 2.5 s from game to game." in text
    assert "seven, seven, seven" in text
    assert re.findall(r'<option value="([^"]+)"', text) == ["0.2", "0.5", "1", "2", "5"]
    page = await player.open(DOUBLING, lang="en")
    assert "If you leave with a win open" in (await player.client.get(page.url)).text


async def test_what_is_no_game_is_not_there(player: CasinoPlayer) -> None:
    """A page of the other provider neither; and forms of other pages play nothing."""
    page = await player.open(SLOT)
    id_ = page.url.rpartition("/")[2]
    for url in (f"{player.casino.urls['bramble']}/play/{id_}", f"{player.casino.urls['acorn']}/play/x"):
        assert (await player.client.get(url)).status_code == 404
        assert (await player.client.get(f"{url}/state")).status_code == 404
        assert (await player.client.post(f"{url}/games", json={})).status_code == 404
    for path in ("rounds/x", "pictures/x.svg", "assets/x"):
        assert (await player.client.get(f"{player.casino.urls['acorn']}/{path}")).status_code == 404
    form = await player.client.post(f"{page.url}/games", data={"key": "k", "stake": "1"})
    assert form.status_code == 415
    json_ = {"Content-Type": "application/json"}
    for body in (b"x", b"[]", b"{" + b" " * 5_000 + b"}", b"\xff"):
        answer = await player.client.post(f"{page.url}/games", content=body, headers=json_)
        assert answer.status_code == 400
    assert player.switch.seen == []


def test_numbers_are_written_as_people_do() -> None:
    """With a comma where that is usual."""
    assert [number_text(2.5, lang) for lang in LANGUAGES] == ["2.5", "2,5", "2,5", "2,5"]
    assert number_text(5.0, "en") == "5"
    assert number_text("96.00", "de") == "96,00"
