"""The accounts that the demo makes ready."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher

from backoffice.access import Role
from furlong.demo.backoffice import add_account
from furlong.demo.ready_file import DemoAccount
from tests.support.backoffice.backoffice_site import OfficeSite, running_site


class SlowHasher(PasswordHasher):
    """A hasher of which nothing may be asked."""

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        """Refuse to hash: with the parameters that protect people, it takes a third of a second."""
        raise AssertionError((len(password), salt))


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[OfficeSite]:
    """A back office without accounts."""
    async with running_site(f"sqlite+aiosqlite:///{tmp_path}") as running:
        yield running


async def test_a_demo_starts_without_hashing_what_nobody_types(site: OfficeSite) -> None:
    """Neither the initial password, which nobody sees, nor the one in the ready file is hashed slowly."""
    base = site.office.base
    passwords = replace(base.accounts.issuer.passwords, hasher=SlowHasher())
    slow = replace(
        base, accounts=replace(base.accounts, issuer=replace(base.accounts.issuer, passwords=passwords))
    )
    account = DemoAccount(role="editor", user="editor@demo.example", password="p", totp=pyotp.random_base32())
    await add_account(slow, account, (Role.EDITOR,))
    code = pyotp.TOTP(account.totp).at(site.clock.now())
    body = {"user": account.user, "password": account.password, "code": code}
    assert (await site.browser().send("POST", "session", body)).json()["signedIn"]
