"""Follow a simulated exchange by other people's clients: `follow.py betfairlightweight|flumine PORT`.

It runs in the environment that `tools/install-services.sh` makes. For each line of its input it writes the
books that the client has, as JSON: by market, status, and for each runner prices and sizes.
"""

import json
import sys
import threading
from typing import Any, Final

from betfairlightweight import APIClient, StreamListener, filters
from betfairlightweight.exceptions import SocketError
from betfairlightweight.streaming import BetfairStream
from flumine import BaseStrategy, Flumine
from flumine.clients import BetfairClient
from flumine.streams.betfairmarketstream import BetfairMarketStream

SESSION: Final = "simulated-session"
ASKED: Final = filters.streaming_market_filter(event_type_ids=["1", "2", "7"])


def main(client: str, port: int) -> None:
    """Follow until the input ends."""
    # The clients know only the exchange's own address.
    BetfairStream.HOSTS.default_factory = lambda: "127.0.0.1"
    BetfairStream._BetfairStream__port = port  # noqa: SLF001 - as above
    books: dict[str, Any] = {}
    follow = {"betfairlightweight": follow_by_betfairlightweight, "flumine": follow_by_flumine}[client]
    threading.Thread(target=follow, args=(books,), daemon=True).start()
    for _ in sys.stdin:
        print(json.dumps({name: shown(book) for name, book in dict(books).items()}), flush=True)


def api() -> APIClient:
    """Return a client of the API whose session is the simulated one."""
    made = APIClient("user", "password", app_key="simulated-key")
    made.set_session_token(SESSION)
    return made


class Keeping(StreamListener):
    """A listener that keeps each market's newest book."""

    def __init__(self, books: dict[str, Any]) -> None:
        """Keep them in `books`."""
        super().__init__(output_queue=self)
        self._books = books

    def put(self, changed: list[Any]) -> None:
        """Take the place of a queue."""
        self._books.update({book.market_id: book for book in changed})


def follow_by_betfairlightweight(books: dict[str, Any]) -> None:
    """Subscribe, and after each cut again, from the clocks."""
    listener = Keeping(books)
    fields = ["EX_ALL_OFFERS", "EX_LTP", "EX_TRADED_VOL", "EX_MARKET_DEF"]
    while True:
        stream = api().streaming.create_stream(listener=listener)
        try:
            stream.subscribe_to_markets(
                market_filter=ASKED,
                market_data_filter=filters.streaming_market_data_filter(fields=fields),
                initial_clk=listener.initial_clk,
                clk=listener.clk,
                heartbeat_ms=500,
            )
            stream.start()
        except SocketError:
            continue


class Account(BetfairClient):
    """An account that needs no login over HTTP."""

    def login(self) -> None:
        """Stay logged in."""

    def logout(self) -> None:
        """Stay logged in."""

    def update_account_details(self) -> None:
        """Know nothing of the account."""


class Framework(Flumine):
    """The framework without the workers that ask the exchange's other API."""

    def _add_default_workers(self) -> None:
        """Add none."""


class Strategy(BaseStrategy):
    """Keeps books, and trades nothing."""

    def check_market_book(self, _market: Any, market_book: Any) -> bool:
        """Keep a book."""
        self.context["books"][market_book.market_id] = market_book
        return False


def follow_by_flumine(books: dict[str, Any]) -> None:
    """Let the framework run a strategy."""
    framework = Framework(client=Account(api(), market_recording_mode=True, order_stream=False))
    stream = BetfairMarketStream(market_filter=ASKED, streaming_timeout=0.2)
    framework.add_strategy(Strategy(stream=stream, context={"books": books}))
    framework.run()


def shown(book: Any) -> dict[str, Any]:
    """Return a book as the simulated exchange shows its own."""
    runners = {
        str(runner.selection_id): {
            "atb": sizes(runner.ex.available_to_back),
            "atl": sizes(runner.ex.available_to_lay),
            "ltp": runner.last_price_traded,
        }
        for runner in book.runners
    }
    return {"status": book.status, "runners": runners}


def sizes(offers: list[dict[str, float]]) -> dict[str, float]:
    """Return the sizes that are offered, by their prices."""
    return {str(offer["price"]): offer["size"] for offer in offers}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
