"""What the page needs of the demo beside the graph: customers to be, and bets to place."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Header, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from subgraphs.kit.auth.sessions import SessionVerifier
from subgraphs.kit.domain.errors import Unauthenticated
from subgraphs.kit.domain.keys import Owner

MAX_STAKE_MINOR = 100_000_00


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class SessionCustomer(_Body):
    """A customer whom a visitor of the demo may be."""

    id: str
    brand: str
    token: str
    note: str


class DemoSession(_Body):
    """All customers of the demo; `brand` is the one to begin with."""

    brand: str
    customers: tuple[SessionCustomer, ...]


class PlacedSlip(_Body):
    """A slip that is placed."""

    stake_minor: Annotated[int, Field(ge=1, le=MAX_STAKE_MINOR)]
    odds_milli: Annotated[int, Field(ge=1001, le=1_000_000)]
    bet_type: Literal["single", "multiple", "system"]


class Placed(_Body):
    """The bet that was made of a slip."""

    bet_id: str


PlaceBet = Callable[[Owner, PlacedSlip], Awaitable[str]]


def demo_routes(session: DemoSession, verifier: SessionVerifier, place_bet: PlaceBet) -> APIRouter:
    """`GET /demo/session` and `POST /demo/bets`.

    Args:
        session: who can be tried.
        verifier: checks who places a bet.
        place_bet: has the betting site, here the simulator, take the bet; returns its id.
    """
    routes = APIRouter(prefix="/demo")

    @routes.get("/session")
    async def get_session() -> DemoSession:
        return session

    @routes.post("/bets", status_code=202)
    async def post_bet(slip: PlacedSlip, authorization: Annotated[str | None, Header()] = None) -> Placed:
        try:
            viewer = await verifier.verify(authorization)
        except Unauthenticated as error:
            raise HTTPException(401, str(error)) from error
        if viewer is None:
            raise HTTPException(401, "sign in to place a bet")
        return Placed(bet_id=await place_bet(viewer.owner, slip))

    return routes
