"""What tests and demonstrations use to put faults into a provider, and to read its journal."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from simulator.provider_books import Status
from simulator.provider_desk import ProviderDesk
from simulator.provider_faults import ProviderFault, ProviderFaultName, What


class ProviderFaultOrder(BaseModel):
    """The next `times` requests of a kind shall meet a fault."""

    model_config = ConfigDict(extra="forbid")

    fault: ProviderFaultName
    times: Annotated[int, Field(ge=1)] = 1
    on: What = "credit"
    customer: str | None = None
    late_seconds: Annotated[float, Field(gt=0, le=30)] = 1.0
    code: str = "REFUSED"


class Change(BaseModel):
    """A credit shall come into a status."""

    model_config = ConfigDict(extra="forbid")

    key: str
    status: Status


def control_routes(desk: ProviderDesk) -> APIRouter:
    """The routes under `/simulator`, which are no part of a provider's interface."""
    routes = APIRouter(prefix="/simulator")

    @routes.post("/faults", status_code=204)
    async def arm(order: ProviderFaultOrder) -> None:
        desk.faults.arm(
            ProviderFault(order.fault, order.times, order.on, order.customer, order.late_seconds, order.code)
        )

    @routes.delete("/faults", status_code=204)
    async def clear() -> None:
        desk.faults.clear()

    @routes.post("/rates", status_code=204)
    async def rates(wanted: dict[ProviderFaultName, float]) -> None:
        desk.faults.rates = wanted

    @routes.post("/changes", status_code=204)
    async def change(wanted: Change) -> None:
        desk.books.change(wanted.key, wanted.status, desk.clock())

    @routes.post("/forget", status_code=204)
    async def forget() -> None:
        desk.books.forget()

    @routes.get("/effects")
    async def effects() -> dict[str, int]:
        return desk.books.effects()

    @routes.get("/journal")
    async def journal(key: str | None = None) -> dict[str, list[dict[str, Any]]]:
        return {"requests": desk.books.requests(key)}

    return routes
