"""Books of an adapter in the form in which the simulated exchange shows its own."""

from typing import Any

from providers.exchange.book import Books, MarketBook


def shown(books: Books) -> dict[str, Any]:
    """Return the books of all markets."""
    return {name: _market(book) for name, book in books.markets.items()}


def _market(book: MarketBook) -> dict[str, Any]:
    assert book.definition is not None
    runners: dict[str, dict[str, Any]] = {}
    for (runner, _), known in sorted(book.runners.items()):
        ladders = {
            name: {str(float(price)): level[-1] for price, level in sorted(ladder.items())}
            for name, ladder in known.ladders.items()
        }
        runners[str(runner)] = ladders | known.figures
    return {"status": book.definition.status, "runners": runners}


def told(messages: dict[str, Any]) -> dict[str, Any]:
    """Return what the messages of markets say of each market."""
    return {
        body["market_id"]: {
            "status": body["status"],
            "runners": {
                runner["selection_id"]: {
                    "back": [(offer["odds_milli"], offer["size_minor"]) for offer in runner["back"]],
                    "lay": [(offer["odds_milli"], offer["size_minor"]) for offer in runner["lay"]],
                    "last": runner["last_odds_milli"],
                }
                for runner in body["runners"]
            },
        }
        for body in messages.values()
    }


def expected(books: dict[str, Any], levels: int) -> dict[str, Any]:
    """Return what has to be told of the exchange's own books."""
    return {
        name: {
            "status": book["status"].lower(),
            "runners": {
                runner: {
                    "back": _best(known.get("atb", {}), levels, descending=True),
                    "lay": _best(known.get("atl", {}), levels, descending=False),
                    "last": round(1000 * known["ltp"]) if "ltp" in known else None,
                }
                for runner, known in book["runners"].items()
            },
        }
        for name, book in books.items()
    }


def _best(ladder: dict[str, float], levels: int, *, descending: bool) -> list[tuple[int, int]]:
    offers = sorted(((float(price), size) for price, size in ladder.items()), reverse=descending)
    return [(round(1000 * price), round(100 * size)) for price, size in offers[:levels]]
