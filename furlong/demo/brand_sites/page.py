"""The page of a brand's site, with the club as an element or as a frame, as docs/embedding.md tells it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Final, Literal
from urllib.parse import urlencode

from furlong.demo.brand_sites.framed_page import PLAY

Way = Literal["element", "frame"]
WAYS: Final[Mapping[Way, str]] = {"element": "an element", "frame": "a frame"}

_PAGE: Final = Template(Path(__file__).with_name("club_page.html").read_text(encoding="utf-8"))

SNIPPET: Final = Template("""<furlong-club brand="$brand"></furlong-club>
<script type="module" src="$url/widget/v1/furlong-club.js"></script>
<script>
  document.querySelector('furlong-club').getToken = async () =>
    (await fetch('$url/demo/token?$query')).text();
</script>""")
"""What a page has that gets its sessions from the demo."""

ELEMENT: Final = Template("""<furlong-club brand="$brand" locale="en-GB"></furlong-club>
<script nonce="$nonce">document.querySelector('furlong-club').getToken = getToken;</script>
<script type="module" src="$url/widget/v1/furlong-club.js"></script>""")

FRAME: Final = Template("""<iframe src="$url/embed/$brand?lang=en-GB" title="Rewards club"></iframe>
<script type="module" nonce="$nonce">
  import { connectFrame } from '$url/widget/v1/furlong-frame.js';
  connectFrame(document.querySelector('iframe'), { getToken });
</script>""")


def page(brand: str, url: str, customers: Mapping[str, str], *, customer: str, way: Way, nonce: str) -> str:
    """Return the page.

    Args:
        brand: The brand.
        url: The URL of the club.
        customers: What is known of each customer of the brand, by id.
        customer: Who is signed in.
        way: How the club is shown.
        nonce: What the policy of the page names its own scripts and styles by.
    """
    ways = "".join(_link(each, customer, text, is_shown=each == way) for each, text in WAYS.items())
    others = "".join(_link(way, each, each, is_shown=each == customer) for each in customers)
    values = {"brand": brand, "url": url, "nonce": nonce}
    club = (ELEMENT if way == "element" else FRAME).substitute(values)
    snippet = escape(SNIPPET.substitute(values, query=urlencode({"brand": brand, "customer": customer})))
    return _PAGE.substitute(
        values,
        title=escape(brand.capitalize()),
        customer=escape(customer),
        query=urlencode({"customer": customer}),
        play=PLAY,
        note=escape(customers[customer]),
        ways=ways,
        customers=others,
        club=club,
        snippet=snippet,
    )


def page_policy(url: str, nonce: str) -> str:
    """Return the `Content-Security-Policy` of the page, which allows no more than the club needs."""
    sockets = url.replace("http", "ws", 1)
    own = f"'nonce-{nonce}'"
    return (
        f"default-src 'none'; script-src {url} {own}; connect-src 'self' {url} {sockets}; frame-src {url}; "
        f"style-src {own}; img-src {url} data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _link(way: Way, customer: str, text: str, *, is_shown: bool) -> str:
    query = urlencode({"way": way, "customer": customer})
    current = ' aria-current="page"' if is_shown else ""
    return f'<li><a href="/?{escape(query)}"{current}>{escape(text)}</a></li>'
