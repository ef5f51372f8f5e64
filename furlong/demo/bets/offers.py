"""What the demo's betting site offers of a selection now, and why it refuses a bet on it.

A bet is checked as a betting site would check it: by the events block as it is when the bet comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from starlette.applications import Starlette
from starlette.requests import Request

from subgraphs.kit.graphql.app import Subgraph

RefusalCode = Literal[
    "PRICE_CHANGED",
    "SUSPENDED",
    "OVER",
    "UNKNOWN_SELECTION",
    "INSUFFICIENT_FUNDS",
    "LIMIT_REACHED",
    "SELF_EXCLUDED",
    "COOLING_OFF",
    "ACCOUNT_SUSPENDED",
    "NOT_ALLOWED_HERE",
    "WRONG_CURRENCY",
]
"""Why a bet is refused: by what is offered, or by the customer's wallet."""

_OFFERED: Final = """query ($selections: [_Any!]!) {
  _entities(representations: $selections) {
    ... on Selection { status odds { milli display } market { status event { id status } } }
  }
}"""
_RESULTS: Final = """query ($selections: [_Any!]!) {
  _entities(representations: $selections) { ... on Selection { id status market { status } } }
}"""
_SHOWN: Final = "query ($brand: ID!, $event: ID!) { event(brand: $brand, id: $event) { id } }"
_ENDED: Final = frozenset({"FINISHED", "CANCELLED"})
_CLOSED: Final = frozenset({"CLOSED", "SETTLED"})
_TAKEN: Final = frozenset({"OPEN", "SUSPENDED"})


class OffersUnavailable(Exception):
    """What is offered cannot be read at present."""


@dataclass(frozen=True, slots=True)
class PresentOdds:
    """Odds in thousandths, and as the customer writes them."""

    milli: int
    display: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a bet is refused; `odds` are those that are offered in place of those that were seen."""

    code: RefusalCode
    odds: PresentOdds | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """Reads what is offered from the events block."""

    subgraph: Subgraph

    async def take(
        self, brand: str, selection_id: str, seen_milli: int, language: str
    ) -> PresentOdds | Refusal:
        """Return the present odds of a selection if they are no worse than those seen, or why not.

        Raises:
            OffersUnavailable: They cannot be read.
        """
        if not selection_id.startswith(f"{brand}:"):
            return Refusal("UNKNOWN_SELECTION")
        wanted = {"selections": [{"__typename": "Selection", "id": selection_id}]}
        told = await self._read(_OFFERED, wanted, language)
        offered = told and told["_entities"][0]
        if not offered or not await self._shows(brand, offered["market"]["event"]["id"], language):
            return Refusal("UNKNOWN_SELECTION")
        return _taken(offered, seen_milli)

    async def results(self, selections: Sequence[str]) -> dict[str, str]:
        """Return the results of those selections whose markets are settled, by their ids.

        Raises:
            OffersUnavailable: They cannot be read.
        """
        wanted = [{"__typename": "Selection", "id": selection} for selection in selections]
        told = await self._read(_RESULTS, {"selections": wanted}, "")
        found = [] if told is None else [entity for entity in told["_entities"] if entity]
        return {entity["id"]: entity["status"] for entity in found if entity["market"]["status"] == "SETTLED"}

    async def _shows(self, brand: str, event_id: str, language: str) -> bool:
        """Tell whether the brand shows an event: a selection is found also where its event is hidden."""
        told = await self._read(_SHOWN, {"brand": brand, "event": event_id}, language)
        return told is not None and told["event"] is not None

    async def _read(self, query: str, variables: dict[str, Any], language: str) -> dict[str, Any] | None:
        answer = await self.subgraph.execute(query, variables, None, {"accept-language": language})
        codes = {error.get("extensions", {}).get("code") for error in answer.get("errors", ())}
        if "BAD_USER_INPUT" in codes:
            return None
        if codes or answer["data"] is None:
            raise OffersUnavailable("the events block does not tell about a selection")
        return dict(answer["data"])


def offers_of_site(request: Request) -> Offers:
    """Return what the site offers that answers a request: its own subgraph of events tells it."""
    return offers_in(request.app)


def offers_in(site: Starlette) -> Offers:
    """Return what a site offers."""
    subgraphs: list[Subgraph] = site.state.subgraphs
    return Offers(next(subgraph for subgraph in subgraphs if subgraph.name == "events"))


def _taken(offered: dict[str, Any], seen_milli: int) -> PresentOdds | Refusal:
    market = offered["market"]
    is_over = market["event"]["status"] in _ENDED or market["status"] in _CLOSED
    if is_over or offered["status"] not in _TAKEN:
        return Refusal("OVER")
    if offered["odds"] is None or offered["status"] != "OPEN" or market["status"] != "OPEN":
        return Refusal("SUSPENDED")
    odds = PresentOdds(**offered["odds"])
    return Refusal("PRICE_CHANGED", odds) if odds.milli < seen_milli else odds
