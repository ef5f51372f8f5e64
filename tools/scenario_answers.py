"""Play all scenarios in one demo, and record what the graph answers in each: `make scenarios`.

They are the answers to the widget's operations. The gallery and tests show them, and a test compares them
with the running demo, so that no screen shows what the product would not say.
"""

import asyncio
import json
import re
import tempfile
from pathlib import Path
from typing import Any, Final

import httpx

from furlong.demo.process import DemoOptions, running_demo
from furlong.demo.scenarios import SCENARIOS, START, Cast, ScenarioError, read_scenarios

ROOT: Final = Path(__file__).resolve().parents[1]
ANSWERS: Final = SCENARIOS.with_name("answers.json")
OPERATIONS: Final = ROOT / "web" / "packages" / "client" / "src" / "operations"
WEEK: Final = "2026-W15"
ALL_BETS: Final = 20
LANGUAGES: Final = {"northbet": "en-GB", "lagunabet": "it-IT"}
PREVIEW: Final = {"stakeMinor": 500, "oddsMilli": 2500, "betType": "SINGLE", "product": "BETTING"}
CURRENCIES: Final = {"northbet": "GBP", "lagunabet": "EUR"}
HOUR: Final = len("2026-04-13T12")


def documents() -> tuple[str, str]:
    """Return the queries for everything that the widget shows, combined from its own documents.

    They are two, as one would have more points than a new document may have.
    """
    tracked, details = (
        (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8") for name in ("club", "details")
    )
    fragment = _block(tracked, "fragment TrackedClub on Club")
    bets = _block(details, "recentBets(first: 5)").replace("first: 5", f"first: {ALL_BETS}")
    week = f"""query Week($brand: ID!, $week: ID!) {{
      club(brand: $brand, week: $week) {{ ...TrackedClub }}
      bets: club(brand: $brand, week: $week) {{ progress {{ {bets} }} }}
    }}
    {fragment}"""
    rest = f"""query Rest($brand: ID!, $input: BetslipInput!) {{
      {_block(details, "recentClubs(brand: $brand)")}
      {_block(details, "betslipPreview(input: $input)")}
    }}"""
    return week, rest


def _block(text: str, start: str) -> str:
    """Return a selection with its braces."""
    begin = text.index(start)
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, begin):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return text[begin : match.end()]
    raise ValueError(f"{start} is not closed")


async def play_all(folder: Path) -> dict[str, Any]:
    """Play every scenario in one demo, and return the answers by name."""
    answers: dict[str, Any] = {}

    async def record(graph: httpx.AsyncClient, cast: Cast) -> None:
        answers[cast.scenario.name] = await _answer(graph, cast)

    # Faults of the gateway are not part of the graph's answers, and would affect all scenarios.
    scenarios = tuple(one.model_copy(update={"gateway": None}) for one in read_scenarios())
    options = DemoOptions(
        port=0,
        traffic=False,
        data=folder / "data",
        ready_file=folder / "demo.json",
        at=START,
        scenarios=scenarios,
        arrived=record,
    )
    async with running_demo(options):
        pass
    return {scenario.name: answers[scenario.name] for scenario in scenarios}


async def _answer(graph: httpx.AsyncClient, cast: Cast) -> dict[str, Any]:
    scenario = cast.scenario
    wanted = {"brand": scenario.brand, "currency": CURRENCIES[scenario.brand], **PREVIEW}
    variables = {"brand": scenario.brand, "week": WEEK, "input": wanted}
    data: dict[str, Any] = {}
    for query in documents():
        response = await graph.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={
                "Authorization": f"Bearer {cast.session.token}",
                "Accept-Language": LANGUAGES[scenario.brand],
            },
        )
        answer = response.json()
        if not answer.get("data"):
            raise ScenarioError(f"{scenario.name}: the answer is not recorded: {answer}")
        data |= answer["data"]
    progress = (data["bets"] or {}).get("progress") or {}
    return {
        "says": scenario.says,
        "brand": scenario.brand,
        "club": _to_the_hour(data["club"]),
        "recentBets": progress.get("recentBets", []),
        "pastWeeks": [_to_the_hour(week) for week in data["recentClubs"] or []],
        "preview": data["betslipPreview"],
    }


def _to_the_hour(club: dict[str, Any]) -> dict[str, Any]:
    """Round the instants that depend on the duration of a payment."""
    paid = club["fulfilment"]
    if paid is None:
        return club
    instants = {name: paid[name] for name in ("creditedAt", "expiresAt") if paid[name]}
    rounded = {name: f"{instant[:HOUR]}:00:00Z" for name, instant in instants.items()}
    return {**club, "fulfilment": {**paid, **rounded}}


def recorded() -> dict[str, Any]:
    """Return the recorded answers by name."""
    found: dict[str, Any] = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return found


def written(answers: dict[str, Any]) -> str:
    """Return the text of the file of answers."""
    return json.dumps(answers, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        ANSWERS.write_text(written(asyncio.run(play_all(Path(scratch)))), encoding="utf-8")
