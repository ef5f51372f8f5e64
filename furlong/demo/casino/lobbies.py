"""The lobbies of the demo's brands, as its editor proposes them and its approver approves them."""

from collections.abc import Mapping
from typing import Final

from backoffice.lobby.typed import TypedLobby, TypedRule, TypedSection

SPINS_TAG: Final = "fruit"
"""The tag of the games on which free spins are played."""

SPINS_GROUP: Final = "fruit-slots"
"""The group of them, which a reward of the simulated world names."""

LOBBY_REASON: Final = "The demo's lobby: what is played, what is new, and each sort of game."
_RULES: Final = (
    ("popular", TypedRule("popular", days=7)),
    ("new", TypedRule("tag", value="new")),
    ("slots", TypedRule("tag", value="video slots")),
    ("dice", TypedRule("tag", value="dice")),
)
_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "popular": {"en": "Popular", "de": "Beliebt", "da": "Populære", "it": "Popolari"},
    "new": {"en": "New", "de": "Neu", "da": "Nye", "it": "Novità"},
    "slots": {"en": "Slots", "de": "Spielautomaten", "da": "Spilleautomater", "it": "Slot"},
    "dice": {"en": "Dice", "de": "Würfel", "da": "Terninger", "it": "Dadi"},
    SPINS_GROUP: {
        "en": "Fruit slots",
        "de": "Früchteautomaten",
        "da": "Frugtmaskiner",
        "it": "Slot di frutta",
    },
}


def lobby_in(locales: tuple[str, ...]) -> TypedLobby:
    """Return the lobby of a brand, in those of its languages that are known here."""
    return TypedLobby(
        sections=tuple(TypedSection(id=id_, names=_names(id_, locales), rule=rule) for id_, rule in _RULES),
        groups=(
            TypedSection(
                id=SPINS_GROUP, names=_names(SPINS_GROUP, locales), rule=TypedRule("tag", value=SPINS_TAG)
            ),
        ),
    )


def _names(id_: str, locales: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    names = _NAMES[id_]
    return tuple((locale, names.get(locale[:2], names["en"])) for locale in locales)
