"""Serves simulated providers of statistics, virtual sports and video at one address, and their faults."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.content.answers import SimulatedApi
from simulator.content.event_world import VIRTUAL_GAMES, EventWorld, SimulatedEvent
from simulator.content.faults import NAMES
from simulator.content.streams import show_stream
from simulator.content.webhooks import WebhookSender
from simulator.server import listen, serving

MOVE_SECONDS: Final = 0.05
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
SEEN_FOR: Final = timedelta(hours=3)
"""How long after its start the picture of an event may be seen."""


@dataclass(slots=True)
class ServedContent:
    """Running providers: their worlds, APIs and webhooks, and their URL.

    Attributes:
        sports: The events that have statistics and pictures.
        virtual: Those that are told by webhooks.
        per_second: How often something happens in each world.
    """

    apis: Mapping[str, SimulatedApi]
    sender: WebhookSender
    sports: EventWorld
    virtual: EventWorld
    per_second: float
    url: str = ""
    is_moving: bool = True

    def fixtures(self) -> dict[str, Any]:
        """Return the list of fixtures."""
        fixtures = [
            {
                "id": event.id,
                "sport": event.game,
                "stats_revision": event.stats_revision or None,
                **event.facts(),
            }
            for event in self.sports.events.values()
        ]
        return self._list("stats.fixtures/1", self.sports, "fixtures", fixtures)

    def figures(self, name: str) -> dict[str, Any] | None:
        """Return the figures of an event; None if there is no such event."""
        event = self.sports.events.get(name)
        if event is None:
            return None
        revision, figures = event.stats_revision, event.figures()
        return {"schema": "stats.figures/1", "fixture": name, "revision": revision, "figures": figures}

    def pictures(self) -> dict[str, Any]:
        """Return the list of pictures."""
        pictures = [_picture(event) for event in self.sports.events.values()]
        return self._list("video.pictures/1", self.sports, "pictures", pictures)

    def events(self) -> dict[str, Any]:
        """Return all virtual events."""
        events = [event.whole() for event in self.virtual.events.values()]
        return self._list("virtual.events/1", self.virtual, "events", events)

    def event(self, name: str) -> dict[str, Any] | None:
        """Return a virtual event; None if there is no such event."""
        event = self.virtual.events.get(name)
        if event is None:
            return None
        epoch, revision = self.virtual.epoch, event.sequence
        return {"schema": "virtual.event/1", "epoch": epoch, "revision": revision, "event": event.whole()}

    def state(self) -> dict[str, Any]:
        """Return what clients should know."""
        return {
            "fixtures": self.fixtures()["fixtures"],
            "figures": {name: event.figures() for name, event in self.sports.events.items()},
            "pictures": self.pictures()["pictures"],
            "events": self.events()["events"],
        }

    async def move(self) -> None:
        """Let something happen until cancelled."""
        owed = 0.0
        while True:
            await asyncio.sleep(MOVE_SECONDS)
            owed += self.per_second * MOVE_SECONDS if self.is_moving else 0.0
            for world in (self.sports, self.virtual):
                world.move(int(owed))
            owed -= int(owed)

    @staticmethod
    def _list(schema: str, world: EventWorld, name: str, members: list[Any]) -> dict[str, Any]:
        head = {"schema": schema, "epoch": world.epoch, "revision": world.revision, "total": len(members)}
        return {**head, name: members}


def _picture(event: SimulatedEvent) -> dict[str, Any]:
    starts_at = event.starts_at.isoformat()
    return {
        "event": event.id,
        "stream": f"stream-{event.id}",
        "territories": list(event.territories),
        "starts_at": starts_at,
        "ends_at": (event.starts_at + SEEN_FOR).isoformat(),
    }


@asynccontextmanager
async def serving_content(
    webhooks: str, *, port: int = 0, moves_per_second: float = 0.0, heartbeat_seconds: float = 5.0
) -> AsyncIterator[ServedContent]:
    """Serve the three on the loopback; webhooks go to an address, or nowhere if it is empty.

    Raises:
        OSError: The address is taken.
    """
    virtual, api = EventWorld(VIRTUAL_GAMES, seed=2), SimulatedApi("events")
    sender = WebhookSender(webhooks, virtual, api.faults, heartbeat_seconds)
    apis = {"stats": SimulatedApi("fixtures"), "video": SimulatedApi("pictures"), "virtual": api}
    content = ServedContent(apis, sender, EventWorld(), virtual, moves_per_second)

    def release() -> None:
        for api in content.apis.values():
            api.hanging.release()

    with listen("127.0.0.1", port) as listener:
        async with serving(_app(content), listener, before_stop=release, dates=False) as content.url:
            tasks = [asyncio.create_task(content.move())]
            if webhooks:
                tasks.append(asyncio.create_task(content.sender.run()))
            try:
                yield content
            finally:
                for task in tasks:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task


def _app(content: ServedContent) -> Starlette:
    """Return the APIs of the three, and what tests and operators use: faults, moving, and the state."""
    stats, video, virtual = (content.apis[name] for name in ("stats", "video", "virtual"))

    async def stream(request: Request) -> Response:
        return show_stream(request, content.sports)

    return Starlette(
        routes=[
            Route("/stats/fixtures", _answered(stats, lambda _: content.fixtures())),
            Route("/stats/fixtures/{name}/stats", _answered(stats, content.figures)),
            Route("/video/pictures", _answered(video, lambda _: content.pictures())),
            Route("/video/streams/{stream}", stream),
            Route("/virtual/events", _answered(virtual, lambda _: content.events())),
            Route("/virtual/events/{name}", _answered(virtual, content.event)),
            *_controls(content),
        ]
    )


def _answered(api: SimulatedApi, make: Callable[[str], dict[str, Any] | None]) -> Endpoint:
    """Return what answers a path with what `make` returns of the name in it."""

    async def answer(request: Request) -> Response:
        return await api.answer(request, lambda: make(request.path_params.get("name", "")))

    return answer


def _controls(content: ServedContent) -> list[Route]:
    """Return `POST /faults/API/NAME?amount=N`, `POST /moving/on` or `off`, and `GET /state`."""

    async def fault(request: Request) -> Response:
        api, name = content.apis.get(request.path_params["api"]), request.path_params["name"]
        if api is None or name not in NAMES:
            message = f"there are {', '.join(content.apis)} with {', '.join(NAMES)}"
            return JSONResponse({"message": message}, 404)
        api.faults.arm(name, float(request.query_params.get("amount", "1")))
        return Response(status_code=204)

    async def move(request: Request) -> Response:
        content.is_moving = request.path_params["name"] == "on"
        return Response(status_code=204)

    async def state(_: Request) -> Response:
        return JSONResponse(content.state())

    return [
        Route("/faults/{api}/{name}", fault, methods=["POST"]),
        Route("/moving/{name}", move, methods=["POST"]),
        Route("/state", state),
    ]
