"""The application that every worker serves beside its work: `/health` and `/metrics`."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

Health: TypeAlias = Callable[[], Awaitable[Mapping[str, object]]]
"""Returns the body of `/health`. `live` is false if the process should be restarted."""

Figures: TypeAlias = Callable[[], Awaitable[CollectorRegistry]]
"""Returns the figures of this moment."""


def status_app(name: str, health: Health, figures: CollectorRegistry | Figures) -> FastAPI:
    """Build an application with `/health` and `/metrics`.

    `/health` responds with 503 if the process should be restarted. A process that waits for others is
    healthy, because a restart would not help.

    Args:
        name: What runs, such as "consumer".
        health: The state of the process.
        figures: The registry for Prometheus, or what makes one for each request.
    """
    app = FastAPI(title=f"Furlong {name}", openapi_url=None)

    @app.get("/health")
    async def state(response: Response) -> Mapping[str, object]:
        body = await health()
        response.status_code = 200 if body["live"] else 503
        return body

    @app.get("/metrics")
    async def metrics() -> Response:
        registry = figures if isinstance(figures, CollectorRegistry) else await figures()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return app
