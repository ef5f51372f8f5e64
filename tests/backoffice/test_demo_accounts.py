"""The accounts that the demo makes ready."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher

from backoffice.access import Role
from furlong.demo.backoffice import READY_ACCOUNTS, add_account, with_ready_accounts
from furlong.demo.ready_file import DemoAccount
from tests.support.office.backoffice_site import OfficeSite, running_site


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


HOST = "http://127.0.0.1:8100"
FOREIGN = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:8000"},
    {"sec-fetch-site": "cross-site", "origin": HOST},
    {"origin": "https://evil.example"},
    {"origin": "null"},
)
OWN: tuple[dict[str, str], ...] = (
    {},
    {"origin": HOST},
    {"sec-fetch-site": "same-origin", "origin": HOST},
    {"sec-fetch-site": "same-origin", "origin": "http://localhost:5173"},  # a development server passes it on
)


async def test_only_pages_of_the_back_office_get_a_ready_account(site: OfficeSite) -> None:
    """So does a program; a page of another origin gets nothing, and no cache keeps what is given."""
    account = DemoAccount(role="editor", user="editor@demo.example", password="p", totp=pyotp.random_base32())
    await add_account(site.office.base, account, (Role.EDITOR,))
    app = with_ready_accounts(site.office, [account])
    path = f"{READY_ACCOUNTS}/{account.user}"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST) as client:
        for headers in FOREIGN:
            refused = [await client.post(path, headers=headers)]
            refused.append(await client.get(READY_ACCOUNTS, headers=headers))
            for response in refused:
                assert response.status_code == 403, headers
                assert account.user not in response.text
                assert response.headers["cache-control"] == "no-store"
        for headers in OWN:
            listed = await client.get(READY_ACCOUNTS, headers=headers)
            assert listed.json() == [{"role": "editor", "user": account.user}]
            given = await client.post(path, headers=headers)
            assert given.json()["password"] == account.password
            assert given.headers["cache-control"] == listed.headers["cache-control"] == "no-store"
