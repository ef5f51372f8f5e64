"""What tests and demonstrations use to put faults into the squad's API and to read its journal."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from simulator.faults import LONGEST_HOLD_SECONDS, Fault, FaultName, Faults
from simulator.record import Record


class FaultOrder(BaseModel):
    """The next `times` PUTs, of one customer or of anybody, shall meet a fault."""

    model_config = ConfigDict(extra="forbid")

    fault: FaultName
    times: Annotated[int, Field(ge=1)] = 1
    customer: str | None = None
    late_seconds: Annotated[float, Field(gt=0, le=LONGEST_HOLD_SECONDS)] = 1.0
    code: Annotated[str, Field(min_length=1)] = "REFUSED"


def control_routes(record: Record, faults: Faults) -> APIRouter:
    """The routes under `/simulator`, which are no part of the squad's API."""
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
