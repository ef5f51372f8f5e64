"""What the navigation of the back office declares: its screens, and the roles whose daily work each is."""

import re
from collections.abc import Mapping
from typing import Final

from backoffice.access import Role
from tests.support.browsers.screen_gallery import ROOT

OFFICE: Final = ROOT / "web" / "backoffice" / "src"
SOURCE: Final = (OFFICE / "frame" / "screens.ts").read_text(encoding="utf-8")
WORDS: Final = (OFFICE / "words" / "frame.ts").read_text(encoding="utf-8")
DECLARED: Final = re.compile(
    r"^ +screen\('(?P<name>[\w-]+)', \w+, [^,]+, '[^']+'(?P<roles>(, '[A-Z]+')*)\),$", re.MULTILINE
)
CALLED: Final = re.compile(r"^    '?(?P<name>[\w-]+)'?: '(?P<label>[^']+)',$", re.MULTILINE)

LABELS: Final[Mapping[str, str]] = {
    one["name"]: one["label"]
    for one in CALLED.finditer(WORDS.partition("screens: {")[2].partition("  },")[0])
}
"""What each screen is called in the menu."""

DAILY: Final[Mapping[str, tuple[Role, ...]]] = {
    one["name"]: tuple(Role[role] for role in re.findall(r"[A-Z]+", one["roles"]))
    for one in DECLARED.finditer(SOURCE)
}
"""Whose daily work a screen is; the first is the role that it is mostly for."""


def daily_of(role: Role) -> list[str]:
    """Return the screens of a role's daily work, in the order of the menu."""
    return [name for name, roles in DAILY.items() if role in roles]


def mostly_of(role: Role) -> list[str]:
    """Return the screens that are mostly a role's, so that each is of one role."""
    return [name for name, roles in DAILY.items() if roles[:1] == (role,)]
