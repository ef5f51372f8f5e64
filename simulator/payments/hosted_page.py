"""The page on which a customer pays: choices instead of a card, and the question of a bank; no script."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import parse_qs, urlsplit

from iso4217 import Currency
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from simulator.payments.books import Books
from simulator.payments.checkout import ask_bank, decline, is_asked_by_bank, last_decline, pay, refuse_to_bank
from simulator.payments.settling import settle_due
from simulator.payments.store import Object

CARDS: Final = {
    "pays": ("A card that pays", "Payment succeeds at once"),
    "asks": ("A card that asks for 3-D Secure", "Your bank asks you to confirm first"),
    "insufficient_funds": ("A card without enough money", "Declined: insufficient funds"),
    "generic_decline": ("A card that is declined", "Declined without a reason; then try another"),
}
"""What a customer may choose, with what becomes of it."""

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c2127; --quiet: #586069; --line: #c9ced6; --paper: #fff;
  --ground: #f4f5f7; --deed: #2250c9; --on-deed: #fff; --bad: #a3190f; --bad-ground: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --quiet: #a9b1bb; --line: #454c55;
  --paper: #1d2126; --ground: #121518; --deed: #8fb0ff; --on-deed: #0d1526; --bad: #ffb4ab;
  --bad-ground: #3b1a17; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px 16px; background: var(--ground); color: var(--ink);
  font: 16px/24px system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 440px; margin: 0 auto; padding: 20px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 8px; }
h1 { margin: 0; font-size: 16px; line-height: 24px; font-weight: 500; }
.amount { margin: 4px 0 16px; font-size: 28px; line-height: 36px; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.note { margin: 16px 0 0; color: var(--quiet); font-size: 14px; line-height: 20px; }
.bad { margin: 0 0 16px; padding: 12px; border-radius: 6px; background: var(--bad-ground);
  color: var(--bad); }
fieldset { margin: 0 0 16px; padding: 0; border: 0; }
legend { padding: 0 0 8px; font-size: 14px; line-height: 20px; font-weight: 500; }
label { display: flex; gap: 12px; padding: 12px; border: 1px solid var(--line); border-radius: 6px; }
label + label { margin-top: 8px; }
label:has(:checked) { border-color: var(--deed); box-shadow: inset 0 0 0 1px var(--deed); }
input { margin: 4px 0 0; width: 16px; height: 16px; flex: none; accent-color: var(--deed); }
small { display: block; color: var(--quiet); font-size: 14px; line-height: 20px; }
button, .back { display: block; width: 100%; min-height: 48px; padding: 11px 16px; border-radius: 6px;
  border: 1px solid var(--line); background: transparent; color: var(--ink); font: inherit; font-weight: 500;
  text-align: center; text-decoration: none; cursor: pointer; }
button + button { margin-top: 8px; }
.deed { border-color: var(--deed); background: var(--deed); color: var(--on-deed); }
:focus-visible { outline: 3px solid var(--deed); outline-offset: 2px; }
label:focus-within:has(:focus-visible) { outline: 3px solid var(--deed); outline-offset: 2px; }
label :focus-visible { outline: none; }
@media (forced-colors: active) { label:has(:checked), .deed { border-width: 3px; } }
"""
_DIGEST: Final = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_NOTE: Final = "This is a simulated processor. No money moves, and no card is asked for."
OWN: Final = "'self'"
_GONE: Final = 410
_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class HostedPages:
    """The pages of sessions."""

    books: Books

    async def show(self, request: Request) -> Response:
        """Show the page of a session as it stands."""
        session = self._session(request)
        if session is None:
            return _page("No such payment", "<h1>There is no such payment.</h1>", (), 404)
        match session["status"]:
            case "open" if is_asked_by_bank(self.books, session):
                return _page("Your bank asks", _bank(session), _leads_to(session))
            case "open":
                body = _choices(session, last_decline(self.books, session))
                return _page(f"Pay {session['_brand']}", body, _leads_to(session))
            case "complete":
                return _page("Paid", _over(session, "is paid", back(session)), ())
        return _page("Expired", _over(session, "has expired", session["cancel_url"]), (), _GONE)

    async def act(self, request: Request) -> Response:
        """Do what the customer has chosen, and lead to the next page."""
        form = parse_qs((await request.body()).decode(errors="replace"))
        deed, card = (form.get(name, [""])[0] for name in ("deed", "card"))
        session = self._session(request)
        if session is not None and session["status"] == "open":
            if deed == "back":
                return RedirectResponse(session["cancel_url"] or request.url.path, _SEE_OTHER)
            with self.books.store.transaction():
                self._act(session, deed, card)
        if session is not None and session["status"] == "complete":
            return RedirectResponse(back(session), _SEE_OTHER)
        return RedirectResponse(request.url.path, _SEE_OTHER)

    def _act(self, session: Object, deed: str, card: str) -> None:
        is_asked = is_asked_by_bank(self.books, session)
        match deed, card:
            case ("confirm", _) if is_asked:
                pay(self.books, session)
            case ("refuse", _) if is_asked:
                refuse_to_bank(self.books, session)
            case _ if is_asked:
                pass
            case "pay", "pays":
                pay(self.books, session)
            case "pay", "asks":
                ask_bank(self.books, session)
            case "pay", "insufficient_funds" | "generic_decline":
                decline(self.books, session, card)

    def _session(self, request: Request) -> Object | None:
        settle_due(self.books)
        known = self.books.store.find(request.path_params["session"])
        return known if known is not None and known["object"] == "checkout.session" else None


def back(session: Object) -> str:
    """Return where a customer who has paid is sent to."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def amount_text(amount: int, currency: str) -> str:
    """Return an amount for people."""
    digits = Currency(currency.upper()).exponent or 0
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


def _leads_to(session: Object) -> tuple[str, ...]:
    """Return the origins to which a form of the page may lead."""
    addresses = (urlsplit(session[name]) for name in ("success_url", "cancel_url"))
    return tuple(dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in addresses if url.netloc))


def _head(session: Object) -> str:
    amount = amount_text(session["amount_total"], session["currency"])
    return f'<h1>Pay {escape(session["_brand"])}</h1><p class="amount">{amount}</p>'


def _choices(session: Object, declined: str) -> str:
    alert = f'<p class="bad" role="alert">{escape(declined)} Choose another card.</p>' if declined else ""
    cards = "".join(
        f'<label><input type="radio" name="card" value="{value}"{" checked" * (value == "pays")}>'
        f"<span>{title}<small>{outcome}</small></span></label>"
        for value, (title, outcome) in CARDS.items()
    )
    amount = amount_text(session["amount_total"], session["currency"])
    leave = '<button name="deed" value="back">Go back without paying</button>'
    return (
        f'{_head(session)}{alert}<form method="post"><fieldset><legend>Choose a card</legend>{cards}'
        f'</fieldset><button class="deed" name="deed" value="pay">Pay {amount}</button>'
        f"{leave if session['cancel_url'] else ''}</form>"
    )


def _bank(session: Object) -> str:
    amount = amount_text(session["amount_total"], session["currency"])
    return (
        f'<h1>Your bank asks</h1><p class="amount">{amount}</p>'
        f'<p>Do you confirm this payment to {escape(session["_brand"])}?</p><form method="post">'
        '<button class="deed" name="deed" value="confirm">Confirm payment</button>'
        '<button name="deed" value="refuse">Refuse</button></form>'
    )


def _over(session: Object, what: str, address: str) -> str:
    leave = f'<a class="back" href="{escape(address)}">Return to {escape(session["_brand"])}</a>'
    return f"{_head(session)}<p>This payment {what}.</p>{leave if address else ''}"


def _page(title: str, body: str, leads_to: tuple[str, ...], status: int = 200) -> Response:
    policy = (
        f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {' '.join([OWN, *leads_to])}"
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f'<body><main>{body}<p class="note">{_NOTE}</p></main></body></html>'
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(page, status, headers)
