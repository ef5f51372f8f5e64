"""The page of a brand's site, as docs/embedding.md tells brands to write it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from string import Template
from typing import Final, Literal
from urllib.parse import urlencode

Way = Literal["element", "frame"]
WAYS: Final[Mapping[Way, str]] = {"element": "an element", "frame": "a frame"}

PAGE: Final = Template("""<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$brand</title>
<link rel="icon" href="data:,">
<style nonce="$nonce">
  body { margin: 2rem auto; max-inline-size: 40rem; padding-inline: 1rem; font: 1rem/1.5 sans-serif }
  furlong-club { display: block; min-block-size: 7.5em }
  iframe { border: 0; inline-size: 100%; block-size: 7.5em }
</style>
<h1>$brand</h1>
<p>A page of another origin than the club's. Signed in as $customer: $note.</p>
<p>Show the club as $ways; sign in as $customers.</p>
<script nonce="$nonce">
  const getToken = async () =>
    (await (await fetch('/our/own/club-session?customer=$customer', { method: 'POST' })).json()).token;
</script>
$club
<p>The next race is at 14:35.</p>
</html>
""")

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
    ways = " or ".join(_link(each, customer, text) for each, text in WAYS.items())
    others = ", ".join(_link(way, each, each) for each in customers)
    values = {"brand": brand, "url": url, "nonce": nonce}
    club = (ELEMENT if way == "element" else FRAME).substitute(values)
    return PAGE.substitute(
        values, customer=customer, note=escape(customers[customer]), ways=ways, customers=others, club=club
    )


def page_policy(url: str, nonce: str) -> str:
    """Return the `Content-Security-Policy` of the page, which allows no more than the club needs."""
    sockets = url.replace("http", "ws", 1)
    own = f"'nonce-{nonce}'"
    return (
        f"default-src 'none'; script-src {url} {own}; connect-src 'self' {url} {sockets}; frame-src {url}; "
        f"style-src {own}; img-src {url} data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _link(way: Way, customer: str, text: str) -> str:
    query = urlencode({"way": way, "customer": customer})
    return f'<a href="/?{escape(query)}">{escape(text)}</a>'
