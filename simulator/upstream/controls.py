"""Routes by which tests and demonstrations inject faults into the squad's API and read its journal."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from simulator.hanging_requests import MAX_HOLD_SECONDS
from simulator.upstream.faults import Fault, FaultName, Faults
from simulator.upstream.record import Record


class FaultOrder(BaseModel):
    """A request for a fault of the next `times` PUTs, of one customer or of any."""

    model_config = ConfigDict(extra="forbid")

    fault: FaultName
    times: Annotated[int, Field(ge=1)] = 1
    customer: str | None = None
    late_seconds: Annotated[float, Field(gt=0, le=MAX_HOLD_SECONDS)] = 1.0
    code: Annotated[str, Field(min_length=1)] = "REFUSED"


def control_routes(record: Record, faults: Faults) -> APIRouter:
    """Return the routes under `/simulator`, which are not part of the squad's API."""
    routes = APIRouter(prefix="/simulator", include_in_schema=False)

    @routes.post("/faults")
    async def arm(order: FaultOrder) -> dict[str, tuple[Fault, ...]]:
        faults.arm(Fault(order.fault, order.times, order.customer, order.late_seconds, order.code))
        return {"armed": faults.armed}

    @routes.delete("/faults", status_code=204)
    async def clear() -> None:
        faults.clear()

    @routes.delete("/keys", status_code=204)
    async def forget_keys() -> None:
        record.forget_keys()

    @routes.get("/journal")
    async def journal(customer: str | None = None) -> dict[str, list[dict[str, Any]]]:
        return {"entries": record.journal(customer)}

    return routes
