"""Passwords: argon2id, and the rules of NIST SP 800-63B-4, section 3.1.1: length, and none that is common."""

import asyncio
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backoffice.errors import Problem

MAX_LENGTH: Final = 256
MAX_CONCURRENT_HASHES: Final = 2
"""Each takes 64 MiB and a core for some tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashes and checks passwords, in threads, a few at a time.

    Attributes:
        least: The least length.
    """

    least: int
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONCURRENT_HASHES))
    _unknown: list[str] = field(default_factory=list)

    async def hash(self, password: str) -> str:
        """Return the hash of a password in PHC form."""
        async with self._turns:
            return await asyncio.to_thread(self.hasher.hash, _normal(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Compare a password; None, of an account that does not exist, takes as long and never matches."""
        if len(password) > MAX_LENGTH:
            return False
        if stored is None:
            if not self._unknown:
                self._unknown.append(await self.hash("the password of nobody"))
            await self._verify(self._unknown[0], password)
            return False
        return await self._verify(stored, password)

    def needs_rehash(self, stored: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self.hasher.check_needs_rehash(stored)

    def problems(self, password: str, about: Iterable[str] = ()) -> list[Problem]:
        """Return what is wrong with a new password.

        Args:
            password: The password.
            about: Names that it may not consist of: the login, the person's name.
        """
        normal = _normal(password)
        if len(normal) < self.least:
            return [Problem("password", f"Use at least {self.least} characters.")]
        if len(normal) > MAX_LENGTH:
            return [Problem("password", f"Use at most {MAX_LENGTH} characters.")]
        if _is_guessed(normal.casefold(), about):
            return [Problem("password", "This password is easy to guess: choose another one.")]
        return []

    async def _verify(self, stored: str, password: str) -> bool:
        async with self._turns:
            try:
                return await asyncio.to_thread(self.hasher.verify, stored, _normal(password))
            except (VerificationError, InvalidHashError):
                return False


def _is_guessed(password: str, about: Iterable[str]) -> bool:
    """Tell whether a password is common, repeats a few characters, or is little more than a name."""
    if password in COMMON or len(set(password)) < 4:  # noqa: PLR2004 - three characters, repeated
        return True
    letters = "".join(character for character in password if character.isalpha())
    if letters in COMMON:
        return True
    names = {part for name in (*about, "furlong") for part in (name.casefold(), *_words(name))}
    left = password
    for name in sorted(names, key=len, reverse=True):
        left = left.replace(name, "") if len(name) > 2 else left  # noqa: PLR2004 - not initials
    return left != password and len(left) < 6  # noqa: PLR2004 - a name and a year


def _words(name: str) -> list[str]:
    return "".join(character if character.isalnum() else " " for character in name.casefold()).split()


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


_KEYBOARD: Final = (
    "qwertyuiop qwertyuiop[] qwertyuiopas qwertyuiopasdf asdfghjkl asdfghjkl; zxcvbnm zxcvbnm,./ "
    "qazwsxedc qazwsxedcrfv 1qaz2wsx 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y "
    "1q2w3e4r5t6y7u q1w2e3r4t5y6 zaq12wsx zaq1xsw2cde3 qwerty123456 qwerty1234567 qwertyqwerty "
    "asdfasdfasdf qweasdzxc qweasdzxc123 1234qwerasdf 123qweasdzxc 1234qwerasdfzxcv qwertyuiop123 "
    "qwerty12345678"
)
_DIGITS: Final = (
    "12345678 123456789 1234567890 12345678910 123456789012 1234567890123 12345678901234 123456789012345 "
    "1234567890123456 0123456789 012345678901 0987654321 098765432109 987654321 9876543210 987654321098 "
    "121212121212 123123123123 123456123456 112233445566 102030405060 314159265358 147258369 147258369147 "
    "741852963 741852963741 159753159753 012345678910 111222333444 123454321 1234554321 123456654321"
)
_WORDS: Final = (
    "password passwords password1 password12 password123 password1234 password12345 password123456 "
    "passw0rd passw0rd1234 p@ssw0rd p@ssw0rd1234 p@ssword1234 passwordpassword mypassword mypassword123 "
    "password2024 password2025 password2026 changeme changemenow changeme1234 changeme123! letmein "
    "letmeinplease letmein12345 welcome welcome12345 welcome123456 welcomewelcome iloveyou iloveyou1234 "
    "iloveyouiloveyou iloveyoumore administrator administrator1 administrator123 adminadmin "
    "adminadminadmin admin123456 admin1234567 admin12345678 superuser superuser123 rootrootroot trustno1 "
    "trustno1trustno1 whatever whatever1234 princess princess1234 sunshine sunshine1234 football "
    "football1234 footballfootball baseball baseball1234 basketball basketball12 basketball123 liverpool "
    "liverpool1234 liverpoolfc chelseafc manchester manchester123 manchesterunited arsenalfc1234 superman "
    "superman1234 batman123456 starwars starwars1234 pokemon123456 dragon123456 monkey123456 master123456 "
    "computer computer1234 internet internet1234 michelle michelle1234 jennifer jennifer1234 charlie12345 "
    "abcdefghijkl abcdefghijklm abcdefghijklmnop abcdefgh1234 abcd1234abcd abcabcabcabc abc123abc123 "
    "abc123456789 a1b2c3d4e5f6 aa1234567890 correcthorsebatterystaple correct horse battery staple "
    "letmeinletmein secretsecret supersecret supersecret1 supersecret123 topsecret1234 nothing12345 "
    "whocares1234 fuckyou12345 godisgood123 jesuschrist jesuschrist1 blessed12345 forever12345 "
    "loveyou12345 babygirl1234 summer2024 summer2025 summer2026 winter2024 winter2025 winter2026 "
    "spring2026 autumn2026 monday123456 testtesttest test12345678 testing12345 testpassword temppassword "
    "temporary123 defaultpassword guestguest1 backoffice backoffice12 backoffice123 backoffice1234 "
    "betting12345 casinocasino racehorse123 cheltenham cheltenham12 grandnational grandnational1 "
    "freebetfreebet"
)

COMMON: Final = frozenset(f"{_KEYBOARD} {_DIGITS} {_WORDS}".split()) | {"correct horse battery staple"}
