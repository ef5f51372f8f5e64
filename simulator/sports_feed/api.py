"""The API of a simulated feed: whose token it is, producers, names, fixtures, schedules, recoveries."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.sports_feed.event_world import DESCRIPTIONS, ENDED, IN_PLAY, PRODUCERS, Event
from simulator.sports_feed.publisher import FeedPublisher

SPORTS: Final = {"sr:sport:1": "Soccer"}
STATUS: Final = {0: "not_started", IN_PLAY: "live", ENDED: "ended"}
WINDOW_MINUTES: Final = 180


@dataclass(slots=True)
class SimulatedApi:
    """The API.

    Attributes:
        token: The only token that is accepted.
        requests: What was asked for: method and path.
    """

    publisher: FeedPublisher
    token: str
    virtual_host: str
    requests: list[tuple[str, str]] = field(default_factory=list)
    _recovering: set[asyncio.Task[None]] = field(default_factory=set)

    def routes(self) -> list[Route]:
        """Return the routes below `/v1`."""
        gets: dict[str, Callable[[Request], Element | None]] = {
            "/v1/users/whoami.xml": self._account,
            "/v1/descriptions/producers.xml": self._producers,
            "/v1/descriptions/{language}/markets.xml": self._markets,
            "/v1/sports/{language}/schedules/{which}/schedule.xml": self._schedule,
            "/v1/sports/{language}/sport_events/{urn}/fixture.xml": self._fixture,
        }
        routes = [Route(path, self._guarded(_answering(make))) for path, make in gets.items()]
        recovery = "/v1/{producer}/recovery/initiate_request"
        return [*routes, Route(recovery, self._guarded(self._recover), methods=["POST"])]

    def _guarded(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            self.requests.append((request.method, request.url.path))
            if self.publisher.faults.lasts("api_down"):
                return Response(status_code=503)
            if request.headers.get("x-access-token") != self.token:
                return _xml(Element("response", response_code="FORBIDDEN"), 403)
            return await answer(request)

        return guarded

    def _account(self, _: Request) -> Element:
        return Element(
            "bookmaker_details",
            response_code="OK",
            bookmaker_id="1",
            expire_at="2099-01-01T00:00:00Z",
            virtual_host=self.virtual_host,
        )

    def _producers(self, _: Request) -> Element:
        producers = Element("producers", response_code="OK")
        for number, (name, path) in PRODUCERS.items():
            SubElement(
                producers,
                "producer",
                id=str(number),
                name=name,
                description=name,
                api_url=f"https://api.example/v1/{path}/",
                active="true",
                scope="live" if path == "liveodds" else "prematch",
                stateful_recovery_window_in_minutes=str(WINDOW_MINUTES),
            )
        return producers

    def _markets(self, _: Request) -> Element:
        described = Element("market_descriptions", response_code="OK")
        for number, (name, groups, outcomes) in DESCRIPTIONS.items():
            market = SubElement(described, "market", id=str(number), name=name, groups=groups)
            if outcomes:
                names = SubElement(market, "outcomes")
                for outcome, words in outcomes.items():
                    SubElement(names, "outcome", id=outcome, name=words)
        return described

    def _schedule(self, request: Request) -> Element:
        events: Iterable[Event] = self.publisher.world.events.values()
        if request.path_params["which"] == "live":
            events = [event for event in events if event.status == IN_PLAY]
        else:
            start, limit = (int(request.query_params.get(name, "0")) for name in ("start", "limit"))
            waiting = [event for event in events if event.status not in {IN_PLAY, ENDED}]
            events = waiting[start : start + limit]
        schedule = Element("schedule")
        for event in events:
            _described(event, SubElement(schedule, "sport_event"))
        return schedule

    def _fixture(self, request: Request) -> Element | None:
        event = self.publisher.world.events.get(request.path_params["urn"])
        if event is None:
            return None
        fixtures = Element("fixtures_fixture")
        _described(event, SubElement(fixtures, "fixture"))
        return fixtures

    async def _recover(self, request: Request) -> Response:
        wanted, asked = request.path_params["producer"], request.query_params
        producer = next((number for number, (_, path) in PRODUCERS.items() if path == wanted), None)
        if producer is None:
            return _xml(Element("response", response_code="NOT_FOUND"), 404)
        if self.publisher.faults.take("recovery_refused"):
            return _xml(Element("response", response_code="TOO_MANY_REQUESTS"), 429)
        after = int(asked["after"]) if "after" in asked else None
        if after is not None and after < self.publisher.world.now() - WINDOW_MINUTES * 60_000:
            return _xml(Element("response", response_code="BAD_REQUEST"), 400)
        work = self.publisher.recover(producer, int(asked["request_id"]), after, asked.get("node_id", "-"))
        task = asyncio.create_task(work)  # the reply only acknowledges
        self._recovering.add(task)
        task.add_done_callback(self._recovering.discard)
        return _xml(Element("response", response_code="ACCEPTED"), 202)


def _answering(make: Callable[[Request], Element | None]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        element = make(request)
        return _xml(Element("page_not_found"), 404) if element is None else _xml(element)

    return answer


def _described(event: Event, element: Element) -> None:
    """Describe an event in an element, as fixtures and schedules both do."""
    starts = event.starts.isoformat()
    element.attrib |= {
        "id": event.urn,
        "scheduled": starts,
        "start_time": starts,
        "status": STATUS[event.status],
    }
    tournament = SubElement(element, "tournament", id="sr:tournament:17", name="Premier League")
    SubElement(tournament, "sport", id=event.sport, name=SPORTS[event.sport])
    SubElement(tournament, "category", id="sr:category:1", name="England", country_code="ENG")
    competitors = SubElement(element, "competitors")
    for number, (name, side) in enumerate(((event.home, "home"), (event.away, "away")), 1):
        facts = {"id": f"sr:competitor:{number}", "name": name, "qualifier": side}
        SubElement(competitors, "competitor", facts)


def _xml(element: Element, status: int = 200) -> Response:
    body = tostring(element, encoding="utf-8", xml_declaration=True)
    return Response(body, status, media_type="application/xml")
