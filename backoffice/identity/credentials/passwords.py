"""Passwords: argon2id, and the rules of NIST SP 800-63B-4, section 3.1.1: length, and none that is common."""

import asyncio
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backoffice.errors import Problem
from backoffice.identity.credentials.common_passwords import COMMON

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
    letters = "".join(each for each in password if each.isalpha())
    if letters in COMMON:
        return True
    names = {part for name in (*about, "furlong") for part in (name.casefold(), *_words(name))}
    left = password
    for name in sorted(names, key=len, reverse=True):
        left = left.replace(name, "") if len(name) > 2 else left  # noqa: PLR2004 - not initials
    return left != password and len(left) < 6  # noqa: PLR2004 - a name and a year


def _words(name: str) -> list[str]:
    return "".join(each if each.isalnum() else " " for each in name.casefold()).split()


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
