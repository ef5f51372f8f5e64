"""HTTP routes that the page uses in the demo in addition to the graph: customers, and placing a bet.

Who is given secrets is decided here for all parts of the demo.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from furlong.demo.bets.betting import WalletUnavailable
from furlong.demo.bets.offers import Offers, OffersUnavailable, PresentOdds, Refusal, RefusalCode
from furlong.demo.bets.placed_bets import AnotherBet, PlacedBets
from furlong.demo.bets.slips import Body, Placed, PlacedSlip, RefusedSlip, TakenOdds
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.domain.errors import Unauthenticated
from subgraphs.kit.domain.keys import Owner

Endpoint = Callable[[Request], Awaitable[Response]]


class SessionCustomer(Body):
    """A customer whom a visitor of the demo can play."""

    id: str
    brand: str
    token: str
    note: str


class DemoSession(Body):
    """All customers of the demo; `brand` is the first one shown.

    Attributes:
        subgraphs: Those that a request may break by a header; empty if it may not.
        mocked: The path of a graph with mocked answers; empty if there is none beside the demo's own.
    """

    brand: str
    customers: tuple[SessionCustomer, ...]
    subgraphs: tuple[str, ...] = ()
    mocked: str = ""

    @property
    def owners(self) -> list[Owner]:
        """Return whose money it is."""
        return [Owner(customer.brand, customer.id) for customer in self.customers]


REFUSALS: Final[dict[RefusalCode, str]] = {
    "PRICE_CHANGED": "the odds are worse than they were seen",
    "SUSPENDED": "betting on this selection is suspended",
    "OVER": "betting on this selection has ended",
    "UNKNOWN_SELECTION": "there is no such selection",
    "INSUFFICIENT_FUNDS": "there is not enough money in the wallet, or the free bet is of another amount",
    "LIMIT_REACHED": "the stake is above a limit that the customer has set",
    "SELF_EXCLUDED": "the customer is self-excluded",
    "COOLING_OFF": "the customer takes a break",
    "ACCOUNT_SUSPENDED": "the customer's account is suspended or closed",
    "NOT_ALLOWED_HERE": "the customer has to set a deposit limit first",
    "WRONG_CURRENCY": "there is no such money in the wallet",
}
PlaceBet = Callable[[Owner, PlacedSlip, UUID], Awaitable[Placed | Refusal]]


NO_STORE: Final = {"cache-control": "no-store"}
"""The headers of a response with a secret."""


def is_from_another_origin(request: Request) -> bool:
    """Tell whether a page of another origin sends a request, which must not be given a secret.

    A browser says so in `Sec-Fetch-Site`, an older one in `Origin` unless the request only reads; a program
    sends neither.
    """
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched not in {"same-origin", "none"}
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return request.headers.get("origin", own) != own


def own_pages_only(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint that refuses pages of other origins, and whose responses are not stored."""

    async def guarded(request: Request) -> Response:
        if is_from_another_origin(request):
            return JSONResponse({"detail": "only pages of this origin are given this"}, 403, NO_STORE)
        response = await endpoint(request)
        response.headers.update(NO_STORE)
        return response

    return guarded


def session_route(session: DemoSession) -> Route:
    """Return the route `GET /demo/session`."""
    body = session.model_dump_json(by_alias=True)

    async def get_session(_request: Request) -> Response:
        return Response(body, media_type="application/json")

    return Route("/demo/session", own_pages_only(get_session))  # it has tokens


def demo_routes(
    session: DemoSession,
    verifier: SessionVerifier,
    place_bet: PlaceBet,
    offers_of: Callable[[Request], Offers],
) -> list[Route]:
    """Return the routes `GET /demo/session` and `POST /demo/bets`.

    Args:
        session: The customers to offer.
        verifier: Verifies the token of the customer who places a bet.
        place_bet: Reserves the stake and places the bet, or says why the wallet refuses it.
        offers_of: Returns what the site of a request offers; a bet on a selection is checked against it.
    """
    bets = PlacedBets()

    async def post_bet(request: Request) -> Response:
        try:
            owner = await _signed_in(verifier, request)
        except Unauthenticated as error:
            return _refused(401, str(error))
        try:
            slip = PlacedSlip.model_validate_json(await request.body())
        except ValidationError as error:
            return _refused(422, "; ".join(map(_said, error.errors())))
        language = request.headers.get("accept-language", "")

        async def place(bet_id: UUID) -> Placed | Refusal:
            taken = await _take(offers_of(request), owner, slip, language)
            if isinstance(taken, Refusal):
                return taken
            odds_milli = slip.odds_milli if taken is None else taken.milli
            placed = await place_bet(owner, slip.model_copy(update={"odds_milli": odds_milli}), bet_id)
            if isinstance(placed, Refusal):
                return placed
            return placed.model_copy(update={"odds": _odds(taken)})

        try:
            placed = await bets.once(owner, slip, place)
        except (OffersUnavailable, WalletUnavailable, AnotherBet) as error:
            return _refused(422 if isinstance(error, AnotherBet) else 503, str(error))
        if isinstance(placed, Refusal):
            detail = REFUSALS[placed.code]
            return _json(409, RefusedSlip(code=placed.code, detail=detail, odds=_odds(placed.odds)))
        return _json(202, placed)

    return [session_route(session), Route("/demo/bets", post_bet, methods=["POST"])]


async def _signed_in(verifier: SessionVerifier, request: Request) -> Owner:
    """Return who places a bet.

    Raises:
        Unauthenticated: The token is not valid, or there is none.
    """
    viewer = await verifier.verify(request.headers.get("authorization"))
    if viewer is None:
        raise Unauthenticated("sign in to place a bet")
    return viewer.owner


async def _take(
    offers: Offers, owner: Owner, slip: PlacedSlip, language: str
) -> PresentOdds | Refusal | None:
    """Return the odds of a bet on a selection, or why there is no such bet; None for a slip without one."""
    if slip.selection_id is None:
        return None
    return await offers.take(owner.brand, slip.selection_id, slip.odds_milli, language)


def _odds(odds: PresentOdds | None) -> TakenOdds | None:
    return None if odds is None else TakenOdds(milli=odds.milli, display=odds.display)


def _said(problem: ErrorDetails) -> str:
    """Return what is wrong with a slip, and with which of its values."""
    where = ".".join(map(str, problem["loc"]))
    return f"{where}: {problem['msg']}" if where else problem["msg"]


def _json(status: int, body: Body) -> Response:
    text = body.model_dump_json(by_alias=True, exclude_none=True)
    return Response(text, status, media_type="application/json")


def _refused(status: int, problem: str) -> Response:
    return JSONResponse({"detail": problem}, status)
