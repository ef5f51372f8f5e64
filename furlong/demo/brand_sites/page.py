"""The page of a brand's site, with the club as an element or as a frame, as docs/embedding.md tells it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from string import Template
from typing import Final, Literal
from urllib.parse import urlencode

from furlong.demo.brand_sites.framed_page import PLAY

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
  pre { overflow-x: auto; padding: 1rem; background: #f1f5f8 }
</style>
<h1>$brand</h1>
<p>A page of another origin than the club's. Signed in as $customer: $note.</p>
<p>Show the club as $ways; sign in as $customers.</p>
<p>Or see <a href="$play?customer=$customer">a site</a> with sports, the club and the casino as frames.</p>
<script nonce="$nonce">
  const getToken = async () =>
    (await (await fetch('/our/own/club-session?customer=$customer', { method: 'POST' })).json()).token;
</script>
$club
<p>The next race is at 14:35.</p>
<h2>In a page of your own</h2>
<p>Serve it from this machine, at any port, or start the demo with <code>--origin</code>:</p>
<pre><code>$snippet</code></pre>
</html>
""")

SNIPPET: Final = Template("""<furlong-club brand="$brand"></furlong-club>
<script type="module" src="$url/widget/v1/furlong-club.js"></script>
<script>
  document.querySelector('furlong-club').getToken = async () =>
    (await fetch('$url/demo/token?brand=$brand&customer=$customer')).text();
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
    ways = " or ".join(_link(way, customer, text) for way, text in WAYS.items())
    others = ", ".join(_link(way, customer, customer) for customer in customers)
    values = {"brand": brand, "url": url, "nonce": nonce}
    club = (ELEMENT if way == "element" else FRAME).substitute(values)
    snippet = escape(SNIPPET.substitute(values, customer=customer))
    return PAGE.substitute(
        values,
        customer=customer,
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


def _link(way: Way, customer: str, text: str) -> str:
    query = urlencode({"way": way, "customer": customer})
    return f'<a href="/?{escape(query)}">{escape(text)}</a>'
