"""The upstream's API over HTTP: memberships of the club, and choices of a week's reward."""

import pathlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, FastAPI, Header, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.exceptions import HTTPException

from foundation.storage.clock import Clock, SystemClock
from simulator.server import listen, serving
from simulator.upstream.handler import Faults, RequestHandler, control_routes, reply
from simulator.upstream.record import (
    ApiResponse,
    Change,
    Record,
    Refusal,
    Resource,
    refuse_choice,
    refuse_membership,
)
from simulator.world import World

RewardId = Annotated[str, Field(min_length=1, max_length=64, description="As in `club.reward-config.v1`.")]
TermsVersion = Annotated[str, Field(min_length=1, max_length=64)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class Membership(_Strict):
    """Whether a customer takes part in the club, and the terms they agreed to when they joined."""

    state: Literal["opted_in", "opted_out"]
    terms_version: TermsVersion | None = None

    @model_validator(mode="after")
    def _agrees_to_terms(self) -> Self:
        if self.state == "opted_in" and self.terms_version is None:
            raise ValueError("opting in needs a terms_version")
        return self


class Choice(_Strict):
    """The reward a customer wants for a week, at the version of its terms that they saw."""

    reward_id: RewardId
    config_version: Annotated[int, Field(ge=1)]


class _Recorded(BaseModel):
    brand_id: str
    customer_id: str
    revision: Annotated[int, Field(ge=1, description="One more with every change.")]
    recorded_at: Annotated[datetime, Field(description="When this state was first recorded, UTC.")]


class RecordedMembership(_Recorded):
    """The membership on record."""

    state: Literal["opted_in", "opted_out"]
    terms_version: TermsVersion | None


class RecordedChoice(_Recorded):
    """The choice on record for a week."""

    week: str
    reward_id: RewardId
    config_version: Annotated[int, Field(ge=1)]


class Problem(BaseModel):
    """Why a request was not done: `code` is for programs, `message` for people."""

    code: str
    message: str


CUSTOMER_PATH = "/v1/brands/{brand}/customers/{customer}"
BrandId = Annotated[str, Path(pattern=r"^[^:\s]{1,64}$", examples=["northbet"])]
CustomerId = Annotated[str, Path(pattern=r"^[^:\s]{1,64}$", examples=["c-1001"])]
IsoWeek = Annotated[str, Path(pattern=r"^\d{4}-W\d{2}$", examples=["2026-W13"])]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="The same key with the same request has one effect, and always the first answer.",
    ),
]
Problems = dict[int | str, dict[str, Any]]
GET_PROBLEMS: Problems = {
    404: {"model": Problem, "description": "Nothing is recorded: `NOT_FOUND`"},
    "default": {"model": Problem, "description": "Any other problem"},
}
PUT_PROBLEMS: Problems = {
    400: {"model": Problem, "description": "No key: `IDEMPOTENCY_KEY_REQUIRED`; not understood: `MALFORMED`"},
    409: {"model": Problem, "description": "The key came with another request: `IDEMPOTENCY_CONFLICT`"},
    422: {
        "model": Problem,
        "description": "Refused: `NOT_MEMBER`, `INELIGIBLE`, `UNKNOWN_REWARD`, `UNKNOWN_BRAND` and others",
    },
    503: {
        "model": Problem,
        "description": "Nothing was done: `BUSY`. Try again with the same key, but not before `Retry-After`; "
        "the same holds for 429",
    },
}


def create_upstream(
    record: Record,
    world: World,
    faults: Faults | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """Return the API over a record.

    Call `faults.hanging.release()` before its server is stopped, so that no request keeps hanging.
    """
    handler = RequestHandler(record, faults or Faults(), (clock or SystemClock()).now)
    app = FastAPI(
        title="Upstream: the club's membership and reward choice",
        description="The system of record of who is in the club, and which reward they chose for a week.",
        version="1",
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(_membership_routes(handler, world))
    app.include_router(_choice_routes(handler, world))
    app.include_router(control_routes(handler.record, handler.faults))
    _answer_problems(app, handler)
    return app


def _membership_routes(handler: RequestHandler, world: World) -> APIRouter:
    routes = APIRouter(prefix=CUSTOMER_PATH, tags=["membership"])

    @routes.put("/membership", response_model=RecordedMembership, responses=PUT_PROBLEMS)
    async def put_membership(
        request: Request, brand: BrandId, customer: CustomerId, body: Membership, key: IdempotencyKey
    ) -> Response:
        """Join or leave the club."""
        change = Change(key, _membership(brand, customer), body.model_dump())
        return await handler.put(
            request, change, lambda: refuse_membership(world, brand, customer, body.state)
        )

    @routes.get("/membership", response_model=RecordedMembership, responses=GET_PROBLEMS)
    async def get_membership(brand: BrandId, customer: CustomerId) -> Response:
        """The membership on record."""
        return handler.get(_membership(brand, customer))

    return routes


def _choice_routes(handler: RequestHandler, world: World) -> APIRouter:
    routes = APIRouter(prefix=f"{CUSTOMER_PATH}/weeks/{{week}}", tags=["choice"])

    @routes.put("/choice", response_model=RecordedChoice, responses=PUT_PROBLEMS)
    async def put_choice(
        request: Request,
        brand: BrandId,
        customer: CustomerId,
        week: IsoWeek,
        *,
        body: Choice,
        key: IdempotencyKey,
    ) -> Response:
        """Choose the reward of a week."""

        def refusal() -> Refusal | None:
            membership = handler.record.fields(_membership(brand, customer))
            member = membership is not None and membership["state"] == "opted_in"
            return refuse_choice(world, brand, customer, (body.reward_id, body.config_version), member=member)

        return await handler.put(
            request, Change(key, _choice(brand, customer, week), body.model_dump()), refusal
        )

    @routes.get("/choice", response_model=RecordedChoice, responses=GET_PROBLEMS)
    async def get_choice(brand: BrandId, customer: CustomerId, week: IsoWeek) -> Response:
        """The choice on record for a week."""
        return handler.get(_choice(brand, customer, week))

    return routes


def _answer_problems(app: FastAPI, handler: RequestHandler) -> None:
    """Give every error the same body format, including FastAPI's own errors."""

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        problem = _problem(error)
        if request.url.path.startswith("/simulator/"):
            return reply(problem)
        return handler.reject(request, problem, error.body)

    @app.exception_handler(HTTPException)
    async def no_route(_request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        return reply(ApiResponse(status, {"code": status.name, "message": status.phrase}))


def _problem(error: RequestValidationError) -> ApiResponse:
    errors = error.errors()
    if any(error["loc"] == ("header", "Idempotency-Key") for error in errors):
        message = "a PUT needs an Idempotency-Key of 1 to 255 characters"
        return ApiResponse(400, {"code": "IDEMPOTENCY_KEY_REQUIRED", "message": message})
    message = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in errors)
    return ApiResponse(400, {"code": "MALFORMED", "message": message})


def _membership(brand: str, customer: str) -> Resource:
    path = CUSTOMER_PATH.format(brand=brand, customer=customer)
    return Resource(f"{path}/membership", {"brand_id": brand, "customer_id": customer})


def _choice(brand: str, customer: str, week: str) -> Resource:
    path = CUSTOMER_PATH.format(brand=brand, customer=customer)
    subject = {"brand_id": brand, "customer_id": customer, "week": week}
    return Resource(f"{path}/weeks/{week}/choice", subject)


@asynccontextmanager
async def serving_upstream(
    world: World,
    record_file: pathlib.Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    keeps_keys: bool = True,
    clock: Clock | None = None,
) -> AsyncIterator[str]:
    """Serve the API over the record in a file, and yield its URL.

    Args:
        world: The brands, rewards and customers that the upstream knows.
        record_file: The file of the record; it is created if it is missing.
        host: The address to listen on.
        port: 0 for any free port.
        keeps_keys: Without it, the upstream carries out every request, whatever its idempotency key.
        clock: Product time; by default the machine's.

    Raises:
        OSError: The address is taken.
    """
    faults = Faults()
    with Record(record_file, keeps_keys=keeps_keys) as record, listen(host, port) as listener:
        app = create_upstream(record, world, faults, clock)
        async with serving(app, listener, before_stop=faults.hanging.release) as url:
            yield url
