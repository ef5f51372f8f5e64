"""The pages of games: everything is from here, nothing runs but our script, and the server decides."""

import json
from dataclasses import dataclass
from html import escape
from importlib import resources
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from simulator.casino.catalogue import ANY, SYMBOLS, UNITS, WILD, Choice, Dice, Game, Slot
from simulator.casino.odds import symbols
from simulator.casino.pictures import sprite, thumbnail
from simulator.casino.play_api import PlayApi
from simulator.casino.records import Round, Session
from simulator.casino.words import Words, load_words, number_text

ASSETS: Final = {"game.css": "text/css", "game.js": "text/javascript"}
FRAMES: Final = ("http://127.0.0.1:*", "http://localhost:*")
"""The origins that may show a game in a frame, beside that of the operator's lobby."""

NOBODY: Final = "'none'"
_NOT_FOUND: Final = 404
_SHARED: Final = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_NO_VALUE: Final = "\u2013"
_GONE: Final = "<h1>There is no such game.</h1>"


@dataclass(frozen=True, slots=True)
class GamePages:
    """The pages of a provider's games."""

    api: PlayApi

    def routes(self) -> list[Route]:
        """Return the paths of pages, and of what they need."""
        return [
            Route("/play/{session}", self._play),
            Route("/rounds/{round}", self._round),
            Route("/pictures/{name}.svg", self._picture),
            Route("/assets/{name}", self._asset),
        ]

    async def _play(self, request: Request) -> Response:
        session = self.api.session(request)
        game = None if session is None else self.api.rounds.provider.game(session.game)
        if session is None or game is None:
            return _page("en", _NO_VALUE, _GONE, (), status=_NOT_FOUND)
        words = load_words()[session.lang]
        frames = (*FRAMES, *_origin(session.lobby))
        body = _body(self._head(session, game, words), game, words, session.lang)
        facts = json.dumps(self._facts(session, game, words)).replace("<", "\\u003c")
        more = (
            f'<link rel="icon" href="/pictures/{game.code}.svg">'
            f'<script type="application/json" id="facts">{facts}</script>'
            '<script src="/assets/game.js" defer></script>'
        )
        return _page(session.lang, game.name, body, frames, more=more)

    def _facts(self, session: Session, game: Game, words: Words) -> dict[str, Any]:
        is_slot = isinstance(game, Slot)
        return {
            "kind": "slot" if is_slot else "dice",
            "lang": session.lang,
            "currency": session.currency,
            "demo": session.is_demo,
            "units": UNITS,
            "symbols": SYMBOLS,
            "words": words,
        }

    def _head(self, session: Session, game: Game, words: Words) -> str:
        rounds = self.api.rounds
        demo = f'<p class="quiet">{escape(words["demo"])}</p>' if session.is_demo else ""
        catalogue, currency = rounds.catalogue, session.currency
        stakes = "".join(
            f'<option value="{stake}" data-units="{catalogue.units(stake, currency)}">{stake}</option>'
            for stake in catalogue.stakes_of(game, session.country)
        )
        lobby = (
            f'<p><a class="lobby" href="{escape(session.lobby)}" target="_top" rel="noreferrer">'
            f"{escape(words['lobby'])}</a></p>"
            if session.lobby
            else ""
        )
        pace = rounds.catalogue.pace_of(game, session.country).seconds
        rules = escape(words["pace"].format(seconds=number_text(pace, session.lang)))
        go = words["spin"] if isinstance(game, Slot) else words["roll"]
        return (
            f"<h1>{escape(game.name)}</h1>{demo}"
            f'<p>{escape(words["balance"])} <span id="balance" class="balance">{_NO_VALUE}</span></p>'
            f'<div id="shown" class="shown" aria-hidden="true">{_tiles(game)}</div>'
            '<p id="said" role="status"></p><p id="free" hidden></p>'
            f'<div id="bet">{_choices(game, words, session.lang)}'
            f'<p class="stake"><label for="stake">{escape(words["stake"])}</label>'
            f'<select id="stake">{stakes}</select></p>'
            f'<button type="button" id="go" aria-disabled="true">{escape(go)}</button></div>'
            f'<div id="open" hidden><button type="button" id="collect"></button>'
            f'<button type="button" id="double" class="second">{escape(words["double"])}</button></div>'
            f'<p class="quiet">{escape(words["session"])}: <span id="net">{_NO_VALUE}</span> · '
            f'<span id="minutes">{_NO_VALUE}</span></p>{lobby}<p class="quiet">{rules}</p>'
        )

    async def _round(self, request: Request) -> Response:
        rounds = self.api.rounds
        played = rounds.store.round(request.path_params["round"])
        game = None if played is None else rounds.provider.game(played.game)
        session = None if played is None else rounds.store.session(played.session)
        if played is None or game is None or session is None:
            return _page("en", _NO_VALUE, _GONE, (), status=_NOT_FOUND)
        body = _record(played, game, session)
        return _page(session.lang, game.name, body, (*FRAMES, *_origin(session.lobby)))

    async def _picture(self, request: Request) -> Response:
        game = self.api.rounds.provider.game(request.path_params["name"])
        if game is None:
            return Response(status_code=_NOT_FOUND)
        policy = {"Content-Security-Policy": "default-src 'none'"}
        return Response(thumbnail(game), media_type="image/svg+xml", headers=_SHARED | policy)

    async def _asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ASSETS:
            return Response(status_code=_NOT_FOUND)
        content = resources.files("simulator.casino").joinpath("assets", name).read_bytes()
        return Response(content, media_type=ASSETS[name], headers=_SHARED)


def _body(head: str, game: Game, words: Words, lang: str) -> str:
    return f"<main>{head}<h2>{escape(words['paytable'])}</h2>{_paytable(game, words, lang)}</main>" + sprite()


def _tiles(game: Game) -> str:
    if isinstance(game, Dice):
        return '<div class="tile"><span>?</span></div>' * game.dice
    return "".join(f'<div class="tile">{_symbol(reel[0])}</div>' for reel in game.reels)


def _symbol(letter: str) -> str:
    return f'<svg aria-hidden="true"><use href="#s-{letter}"/></svg>'


def _choices(game: Game, words: Words, lang: str) -> str:
    if isinstance(game, Slot):
        return ""
    options = "".join(
        f'<label class="choice"><input type="radio" name="choice" value="{choice.name}"'
        f"{' checked' * (index == 0)}><span>{escape(_choice(choice, words))}</span>"
        f"<b>{escape(words['times'].format(multiple=number_text(choice.pays, lang)))}</b></label>"
        for index, choice in enumerate(game.choices)
    )
    return f"<fieldset><legend>{escape(words['bet'])}</legend>{options}</fieldset>"


def _choice(choice: Choice, words: Words) -> str:
    return words[choice.sum].format(number=choice.number)


def _paytable(game: Game, words: Words, lang: str) -> str:
    if isinstance(game, Slot):
        lines = [(_pattern(pattern, words), pays, game.rtp) for pattern, pays in game.pays.items()]
        notes = [words["wild"]] if any(WILD in reel for reel in game.reels) else []
        notes.append(words["rtp"].format(percent=number_text(game.rtp, lang)))
    else:
        lines = [(escape(_choice(choice, words)), choice.pays, choice.rtp) for choice in game.choices]
        rule = words["dice_rule" if game.dice > 1 else "die_rule"]
        notes = [rule.format(dice=game.dice, sides=game.sides)]
        returns = " / ".join(dict.fromkeys(number_text(choice.rtp, lang) for choice in game.choices))
        notes.append(words["rtp"].format(percent=returns))
        notes += [words["collected"]] if game.doubles else []
    rows = "".join(
        f'<tr><th scope="row">{name}</th>'
        f"<td>{escape(words['times'].format(multiple=number_text(pays, lang)))}</td></tr>"
        for name, pays, _ in lines
    )
    said = "".join(f'<p class="quiet">{escape(note)}</p>' for note in notes)
    first = words["symbols"] if isinstance(game, Slot) else words["bet"]
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in (first, words["pays"]))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{said}"


def _pattern(pattern: str, words: Words) -> str:
    """Return a pattern as pictures, with its names for those who do not see them."""
    names = ", ".join(words["any"] if letter == ANY else words[SYMBOLS[letter]] for letter in pattern)
    drawn = "".join(
        '<span aria-hidden="true">·</span>' if letter == ANY else _symbol(letter) for letter in pattern
    )
    return f'{drawn}<span class="name">{escape(names)}</span>'


def _record(played: Round, game: Game, session: Session) -> str:
    """Return what a round was, for the operator's staff."""
    words = load_words()[session.lang]
    if isinstance(game, Slot):
        shown = (
            ", ".join(words[SYMBOLS[letter]] for letter in symbols(game, played.shown))
            if played.shown
            else ""
        )
    else:
        shown = ", ".join(map(str, played.shown))
    rows = (
        (words["round"].format(id=played.id), words[f"round_{played.state.value}"]),
        (words["stake"], f"{played.stake / UNITS:.2f} {session.currency}"),
        (words["win"], f"{played.win / UNITS:.2f} {session.currency}"),
        (words["symbols"] if isinstance(game, Slot) else words["bet"], f"{played.choice} {shown}".strip()),
    )
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows
    )
    return f"<main><h1>{escape(game.name)}</h1><table><tbody>{lines}</tbody></table></main>"


def _origin(url: str) -> tuple[str, ...]:
    """Return the origin of an address as a source of a policy; nothing if it is none."""
    parts = urlsplit(url)
    is_plain = (
        parts.netloc
        and parts.netloc.isascii()
        and parts.netloc.isprintable()
        and not set(parts.netloc) & set(" ;,'\"*@")
    )
    return (f"{parts.scheme}://{parts.netloc}",) if is_plain else ()


def _page(
    lang: str, title: str, body: str, frames: tuple[str, ...], *, status: int = 200, more: str = ""
) -> Response:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {' '.join(frames) or NOBODY}"
    )
    page = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>{more}"
        f'<link rel="stylesheet" href="/assets/game.css"></head><body>{body}</body></html>'
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(page, status, headers)
