"""Routes by which tests and demonstrations inject faults into a provider and read its journal."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from simulator.providers.faults import Operation, ProviderFault, ProviderFaultName
from simulator.providers.handler import ProviderHandler
from simulator.providers.ledger import Status


class ProviderFaultOrder(BaseModel):
    """A request for a fault of the next `times` requests of an operation."""

    model_config = ConfigDict(extra="forbid")

    fault: ProviderFaultName
    times: Annotated[int, Field(ge=1)] = 1
    on: Operation = "credit"
    customer: str | None = None
    late_seconds: Annotated[float, Field(gt=0, le=30)] = 1.0
    code: str = "REFUSED"


class Change(BaseModel):
    """A request to change the status of a credit."""

    model_config = ConfigDict(extra="forbid")

    key: str
    status: Status


def control_routes(handler: ProviderHandler) -> APIRouter:
    """Return the routes under `/simulator`, which are not part of a provider's API."""
    routes = APIRouter(prefix="/simulator")

    @routes.post("/faults", status_code=204)
    async def arm(order: ProviderFaultOrder) -> None:
        handler.faults.arm(
            ProviderFault(order.fault, order.times, order.on, order.customer, order.late_seconds, order.code)
        )

    @routes.delete("/faults", status_code=204)
    async def clear() -> None:
        handler.faults.clear()

    @routes.post("/rates", status_code=204)
    async def rates(wanted: dict[ProviderFaultName, float]) -> None:
        handler.faults.rates = wanted

    @routes.post("/changes", status_code=204)
    async def change(wanted: Change) -> None:
        handler.ledger.change(wanted.key, wanted.status, handler.clock())

    @routes.post("/forget", status_code=204)
    async def forget() -> None:
        handler.ledger.forget()

    @routes.get("/effects")
    async def effects() -> dict[str, int]:
        return handler.ledger.effects()

    @routes.get("/journal")
    async def journal(key: str | None = None) -> dict[str, list[dict[str, Any]]]:
        return {"requests": handler.ledger.requests(key)}

    return routes
