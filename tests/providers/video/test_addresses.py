"""Addresses of pictures: signed for a territory and some minutes, and none where or when it is not shown."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from simulator.content.serve import ServedContent
from simulator.content.streams import SIGNING_KEY
from subgraphs.events.video_addresses import LIFETIME, AddressSigner, NotShown, ShownPicture
from tests.providers.content_followers import Following, Open

NOW = datetime(2026, 3, 25, 15, 0, tzinfo=UTC)
PICTURE = ShownPicture("course-7", ("GB", "IE"), NOW - timedelta(minutes=10), NOW + timedelta(hours=2))
SIGNER = AddressSigner("https://video.example.com", b"a key")


def _expires(address: str) -> datetime:
    return datetime.fromtimestamp(int(parse_qs(urlsplit(address).query)["expires"][0]), UTC)


def test_an_address_is_of_a_territory_and_some_minutes() -> None:
    """Both are in it, and in its signature."""
    address = SIGNER.address(PICTURE, "GB", NOW)
    assert address.startswith("https://video.example.com/course-7?territory=GB&expires=")
    assert _expires(address) == NOW + LIFETIME
    others = [
        SIGNER.address(PICTURE, "IE", NOW),
        SIGNER.address(PICTURE, "GB", NOW + timedelta(seconds=1)),
        AddressSigner(SIGNER.streams, b"another key").address(PICTURE, "GB", NOW),
    ]
    signatures = {parse_qs(urlsplit(one).query)["signature"][0] for one in (address, *others)}
    assert len(signatures) == 4


def test_an_address_ends_with_its_picture() -> None:
    """Even if that is sooner than some minutes."""
    late = PICTURE.ends_at - timedelta(seconds=30)
    assert _expires(SIGNER.address(PICTURE, "GB", late)) == PICTURE.ends_at


@pytest.mark.parametrize(
    ("territory", "now", "reason"),
    [
        ("DE", NOW, "may not be shown in DE"),
        ("", NOW, "territory is not known"),
        ("gb", NOW, "territory is not known"),
        ("GB\n", NOW, "territory is not known"),
        ("GB", PICTURE.starts_at - timedelta(seconds=1), "has not begun"),
        ("GB", PICTURE.ends_at, "has ended"),
    ],
)
def test_there_is_no_address_where_or_when_it_is_not_shown(
    territory: str, now: datetime, reason: str
) -> None:
    """The reason is said."""
    with pytest.raises(NotShown, match=reason):
        SIGNER.address(PICTURE, territory, now)


@pytest.mark.usefixtures("processes")
def test_signing_needs_nothing_else_of_the_product() -> None:
    """A subgraph that gives addresses imports none of the adapters' clients."""
    program = (
        "import sys, subgraphs.events.video_addresses\n"
        "heavy = ('httpx', 'aiokafka', 'msgspec', 'pydantic', 'sqlalchemy', 'subgraphs.kit', 'providers')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


async def _page(content: ServedContent, address: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(address)


def _told(one: Following, event: str) -> ShownPicture:
    body = one.latest("provider.video.v1")[f"video:{event}"]
    starts_at, ends_at = (datetime.fromisoformat(body[name]) for name in ("starts_at", "ends_at"))
    return ShownPicture(body["stream_id"], body["territories"], starts_at, ends_at)


async def test_a_signed_address_opens_the_picture_and_no_other_does(following: Open) -> None:
    """The server that shows pictures checks signature, territory and expiry for itself."""
    async with following() as one, one.running():
        await one.until_equal()
        now = datetime.now(UTC)
        signer = AddressSigner(f"{one.settings['url']}/streams", SIGNING_KEY.encode())
        event = next(one for one in one.content.sports.events.values() if one.territories == ("GB", "IE"))
        picture = _told(one, event.id)
        address = signer.address(picture, "GB", now)
        page = await _page(one.content, address)
        assert page.status_code == 200
        assert event.sides[0] in page.text
        for wrong in (
            address.replace("territory=GB", "territory=IE"),
            address.replace("expires=", "expires=9"),
            address.partition("&signature")[0],
            AddressSigner(signer.streams, b"another key").address(picture, "GB", now),
        ):
            assert (await _page(one.content, wrong)).text == "the signature is wrong"
        past = signer.address(picture, "GB", now - LIFETIME - timedelta(seconds=2))
        assert (await _page(one.content, past)).text == "the address has expired"
        everywhere = ShownPicture(picture.stream_id, (), picture.starts_at, picture.ends_at)
        elsewhere = await _page(one.content, signer.address(everywhere, "DE", now))
        assert elsewhere.text == "the picture is not for DE"
