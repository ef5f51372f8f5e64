"""Pictures that are drawn: the symbols of slots, and a picture of each game for lobbies."""

from html import escape
from typing import Final

from simulator.casino.catalogue import SYMBOLS, Dice, Game, Slot

SHAPES: Final = {
    "acorn": '<path fill="#8a5a2b" d="M12 22c-5-3-7-7-7-11h14c0 4-2 8-7 11z"/>'
    '<path fill="#5a3717" d="M3 11c0-4 4-6 8-6V2h2v3c4 0 8 2 8 6z"/>',
    "leaf": '<path fill="#2f7d3b" d="M3 21C3 9 10 3 21 3c0 11-6 18-16 17l6-9-8 10z"/>',
    "bell": '<path fill="#c08a00" d="M12 2c5 0 6 4 6 9l3 6H3l3-6c0-5 1-9 6-9z"/>'
    '<circle cx="12" cy="20" r="2" fill="#7a5800"/>',
    "berry": '<circle cx="8" cy="15" r="5" fill="#b0124f"/><circle cx="16" cy="15" r="5" fill="#8c0f45"/>'
    '<path fill="none" stroke="#2f7d3b" stroke-width="2" d="M8 10c1-4 4-6 8-7-1 3-1 5 0 7"/>',
    "moon": '<path fill="#5a6bb0" d="M16 2a10 10 0 1 0 5 15A9 9 0 0 1 16 2z"/>',
    "star": '<path fill="#c77700" d="m12 2 3 7 7 .6-5.4 4.7 1.7 7.2L12 17.6 5.7 21.5l1.7-7.2L2 9.600 9 9z"/>',
    "seven": '<path fill="#c1121f" d="M4 3h16v4L12 22H7l8-14H4z"/>',
    "sun": '<circle cx="12" cy="12" r="5" fill="#e07a00"/><path stroke="#e07a00" stroke-width="2" '
    'd="M12 1v4m0 14v4M1 12h4m14 0h4M4 4l3 3m10 10 3 3M20 4l-3 3M7 17l-3 3"/>',
}
"""What is inside of each symbol's square of 24."""

WIDTH: Final = 320
HEIGHT: Final = 240
STEP: Final = 88
GAP: Final = 8


def sprite() -> str:
    """Return the symbols for a page, each under `s-` and its letter."""
    drawn = "".join(
        f'<symbol id="s-{letter}" viewBox="0 0 24 24">{SHAPES[name]}</symbol>'
        for letter, name in SYMBOLS.items()
    )
    return f'<svg width="0" height="0" aria-hidden="true" focusable="false">{drawn}</svg>'


def thumbnail(game: Game) -> str:
    """Return a game's picture: its name under its symbols, or under dice."""
    dark, light = game.colours
    count = len(game.reels) if isinstance(game, Slot) else game.dice
    places = tuple((WIDTH - count * STEP + GAP) // 2 + STEP * index for index in range(count))
    if isinstance(game, Slot):
        best = next(iter(game.pays))
        drawn = "".join(
            f'<g transform="translate({x + 4} 60) scale(3)">{SHAPES[SYMBOLS[letter]]}</g>'
            for x, letter in zip(places, best.replace("*", "L"), strict=True)
        )
        tiles = _tiles(places, light) + drawn
    else:
        tiles = _tiles(places, light) + _sides(places, game)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" fill="{dark}"/>{tiles}'
        f'<text x="{WIDTH // 2}" y="195" text-anchor="middle" font-family="system-ui, sans-serif" '
        f'font-size="32" font-weight="600" fill="{light}">{escape(game.name)}</text></svg>'
    )


def _tiles(places: tuple[int, ...], fill: str) -> str:
    return "".join(f'<rect x="{x}" y="56" width="80" height="80" rx="8" fill="{fill}"/>' for x in places)


def _sides(places: tuple[int, ...], game: Dice) -> str:
    return "".join(
        f'<text x="{x + 40}" y="112" text-anchor="middle" font-family="system-ui, sans-serif" '
        f'font-size="40" font-weight="700" fill="{game.colours[0]}">{game.sides}</text>'
        for x in places
    )
