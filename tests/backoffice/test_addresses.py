"""An address that somebody types is one address, and the same one however it is typed."""

from email.headerregistry import AddressHeader
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from backoffice.base import create_base
from backoffice.identity.addresses import NotOneAddress, is_one_address, normal_name, one_address
from backoffice.identity.credentials.links import CredentialLinks
from backoffice.settings import BackofficeSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from tests.support.office.backoffice_fixture import NOW

LISTS = (
    "me1@evil.example,x1@example.com",
    "me@evil.example,(@example.com",
    "a@evil.example(@example.com",
    "me@evil.example;x@example.com",
    "me@evil.example x@example.com",
    "me@evil.example>,<x@example.com",
    "<me@evil.example>,x@example.com",
    '"me@evil.example,"@example.com',
    "me@evil.example\r\nx@example.com",
    "staff:me@evil.example,x@example.com",
    "me@evil.example\uff0cx@example.com",
    "me@evil.example@example.com",
    "@evil.example:x@example.com",
)


@pytest.mark.parametrize("text", [*LISTS, "x@", "@example.com", "x@[127.0.0.1]", "x\u0430@example.com", "x"])
def test_a_list_or_a_comment_is_no_address(text: str) -> None:
    """Whatever a mail server would make of it: nothing is sent there."""
    links = CredentialLinks(_unsent, "https://office.example", frozenset({"example.com", "[127.0.0.1]", ""}))
    with pytest.raises(NotOneAddress):
        one_address(text)
    assert not is_one_address(normal_name(text))
    assert not links.reaches(normal_name(text))


async def _unsent(_mail: Any) -> None:
    raise AssertionError


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Ann@EXAMPLE.com ", "ann@example.com"),
        ("\uff41nn@example\uff0ecom", "ann@example.com"),
        ("ann@b\u00fccher.example", "ann@xn--bcher-kva.example"),
        ("ann@BU\u0308CHER.example", "ann@xn--bcher-kva.example"),
        ("Ann@XN--Bcher-KVA.example", "ann@xn--bcher-kva.example"),
        ("ann@office.local", "ann@office.local"),
        ("ann@mail", "ann@mail"),
    ],
)
def test_an_address_has_one_form(typed: str, address: str) -> None:
    """Case, width and composition of characters, and the script of the domain do not matter."""
    assert one_address(typed) == normal_name(typed) == address
    assert is_one_address(address)
    assert is_one_address(typed) is (typed == address)


CHARACTERS = st.sampled_from('ab1.@@,;:<>()"\\ \t\r\n\u0430\u00fc\uff20\u200b-_+%[]')


@given(st.text(CHARACTERS, min_size=1, max_size=24).map(lambda text: f"{text}@example.com") | st.text())
@example("a@evil.example(@example.com")
@example("\u00a8")
def test_what_is_one_address_is_one_for_a_mail_server(text: str) -> None:
    """Python's parser of headers, which sends to all that it finds, finds this one alone."""
    normal = normal_name(text)
    assert normal_name(normal) == normal
    if not is_one_address(normal):
        return
    parsed: Any = {}
    AddressHeader.parse(normal, parsed)
    (found,) = [address for group in parsed["groups"] for address in group.addresses]
    assert (found.addr_spec, found.display_name, parsed["defects"]) == (normal, "", [])


REFUSAL = "correct FURLONG_BACKOFFICE_MAIL_FROM or FURLONG_BACKOFFICE_MAIL_DOMAINS"


@pytest.mark.parametrize(
    ("sender", "domain", "refusal"),
    [
        ("Furlong <furlong@example.com>", "B\u00fccher.example", None),
        ("furlong@example.com, me@evil.example", "example.com", REFUSAL),
        ("furlong@example.com\r\nBcc: me@evil.example", "example.com", REFUSAL),
        ("furlong@example.com", "example.com,evil.example", REFUSAL),
        ("furlong@example.com", "@example.com", REFUSAL),
    ],
)
def test_the_settings_of_mail_name_addresses(sender: str, domain: str, refusal: str | None) -> None:
    """A sender is one address, perhaps with a name; domains have the form of those in addresses."""
    own = BackofficeSettings(
        key=SecretStr("k" * 32),
        mail_url=SecretStr("smtps://mail.example.com"),
        mail_from=sender,
        mail_domains=(domain,),
        url="https://office.example.com",
        _env_file=None,
    )
    settings = DatabaseSettings(url="sqlite+aiosqlite:////nowhere")
    if refusal is None:
        links = create_base(settings, own, ManualClock(NOW)).accounts.issuer.links
        assert links is not None
        assert links.reaches("ann@xn--bcher-kva.example")
        return
    with pytest.raises(ValueError, match=refusal):
        create_base(settings, own, ManualClock(NOW))
