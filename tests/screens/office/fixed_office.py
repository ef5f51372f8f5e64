"""The screens of the back office over a fixed world: built pages, the real schema, fixed data, a fixed clock.

The data answer every query by the schema: what a screen asks for and the world has not is an error, which
fails the test that looks at the screen.
"""

import json
import mimetypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from graphql import GraphQLSchema, build_schema, get_operation_ast, graphql_sync, parse
from PIL import Image, ImageChops
from playwright.sync_api import Page, Route

from backoffice.access import ROLES, Permission, Role
from tests.screens.office.betting_world import betting_world
from tests.screens.office.finance_world import finance_world
from tests.screens.office.fixed_present import BRAND, NOW, ago, page_of
from tests.screens.office.operators_world import operators_world
from tests.screens.office.people_world import people_world
from tests.screens.office.reports_world import reports_world
from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.browsers.screen_gallery import ROOT, font_faces
from tests.support.office.moving_about import move
from tools.local_chromium import LocalChromium
from tools.scenario_answers import recorded

ORIGIN: Final = "http://office.test"
BUILT: Final = ROOT / "web" / "dist" / "backoffice"
PROPOSALS: Final[Mapping[str, Any]] = json.loads(
    (ROOT / "web" / "tests" / "proposals.json").read_text(encoding="utf-8")
)
"""An example of each kind of proposal, which the screens' own tests show as well."""

READING: Final = "[role=progressbar]:not([aria-valuenow]), .MuiSkeleton-root"
"""What is shown while something is being read; the bar of a job says how far it is, and stays."""

WEEK: Final = "2026-W48"
WEEK_STARTS: Final = datetime(2026, 11, 23, tzinfo=UTC)
WHO: Final = {
    "content": ("Edith", "It says what it is"),
    "rules": ("Edith", "A higher target from Monday on, as decided for December"),
    "risk": ("Rita", "It is chosen more often than planned"),
    "support": ("Sam", "The customer was told another amount by telephone"),
    "events": ("Edith", "It is on all posters in Germany"),
    "finance.refund": ("Fiona", "She deposited twice by mistake, and asked for it back"),
    "betting": ("Tess", "The price was that of another market"),
    "finance": ("Fiona", "The processor paid it in twice, says its report of Monday"),
    "operations": ("Olga", "Agreed with the provider on Tuesday"),
    "operations.late_bet": ("Sam", "The provider's feed was down on Sunday evening"),
    "operations.held_reward": ("Olga", "She has won it, and the limit was set for cash"),
    "lobby": ("Edith", "The games of the autumn come first"),
}
"""Who proposes in an area, and why."""

FONT: Final = ":root { --font: noto-sans !important; } body, body * { font-family: noto-sans !important; }"
SCALE: Final = 0.5
"""Pictures are kept at half their size: what matters is what stands where, in which colours."""
QUIET: Final = 3
"""How often in a row a screen has to be found read: one that is slow asks for its next part later."""
FOOT: Final = 8
"""How many pixels are kept below what a screen shows."""


SUBJECTS: Final = {
    "content.revision": f"content:{BRAND}:cash-2",
    "operations.close_week": f"week:{BRAND}:2026-W48",
    "operations.provider": "provider:wallet",
    "operations.recall": f"reward:{BRAND}:fb-5:3",
    "risk.raise_budget": f"budget:{BRAND}:bb-25:every-week",
    "rules.scheme": f"scheme:{BRAND}:GB:GBP:3",
}
"""What proposals are about that are not about a customer."""


def proposal(kind: str) -> dict[str, Any]:
    """Return a proposal of a kind that waits for the person who looks."""
    who, why = WHO.get(kind) or WHO[kind.split(".", maxsplit=1)[0]]
    return {
        "id": kind,
        "kind": kind,
        "brand": None if kind in {"operations.provider", "operations.adapter"} else BRAND,
        "status": "PENDING",
        "proposedAt": ago(hours=2),
        "decidedAt": None,
        "visible": True,
        "own": False,
        "notIndependent": None,
        "subject": SUBJECTS.get(kind),
        "content": PROPOSALS[kind],
        "contentHash": "0f" * 16,
        "reason": why,
        "proposedBy": who,
        "decidedBy": None,
        "decisionReason": None,
        "outcome": None,
    }


def amount(minor: int) -> dict[str, Any]:
    """Return a number of rewards of £5, with their value."""
    return {"rewards": minor // 500, "valueMinor": minor}


def hours(until: int, final: int) -> list[dict[str, Any]]:
    """Return what rewards come to by the hour: more in the evenings, `final` after the whole week."""
    weights = [1 + 3 * (17 <= hour % 24 <= 22) for hour in range(168)]
    whole, found, total = sum(weights), [], 0
    for hour in range(until):
        total += weights[hour]
        found.append({"hour": hour, **amount(final * total // whole // 500 * 500)})
    return found


def forecast() -> dict[str, Any]:
    """Return the forecast of the present week."""
    present = hours(63, 1_300_000)
    return {
        "id": f"{BRAND}:GBP",
        "brand": BRAND,
        "isoWeek": WEEK,
        "currency": "GBP",
        "asOf": ago(seconds=20),
        "elapsedHours": 62.5,
        "weekHours": 168,
        "now": {name: present[-1][name] for name in ("rewards", "valueMinor")},
        "likely": amount(1_280_000),
        "low": amount(1_120_000),
        "high": amount(1_450_000),
        "unavailable": None,
        "method": "By the shares of earlier weeks.",
        "weeks": ["2026-W47", "2026-W46", "2026-W45"],
        "tests": [],
        "hours": present,
        "before": hours(168, 1_200_000),
    }


def reward(stage: str, customers: int) -> dict[str, Any]:
    """Return the liability of one stage."""
    return {
        "id": stage,
        "brand": BRAND,
        "isoWeek": WEEK,
        "stage": stage,
        "source": "set",
        "reward": "fb-5",
        "version": 3,
        "kind": "free_bet",
        "currency": "GBP",
        "customers": customers,
        "valueMinor": 500 * customers,
        "spins": 0,
        "unvalued": 0,
    }


def risk_world() -> dict[str, Any]:
    """Return what risk's screens ask for."""
    week = {
        "id": f"{BRAND}:{WEEK}",
        "brand": BRAND,
        "isoWeek": WEEK,
        "startsAt": WEEK_STARTS.isoformat(),
        "endsAt": (WEEK_STARTS + timedelta(days=7)).isoformat(),
        "asOf": ago(seconds=20),
        "closed": False,
        "seen": 9120,
        "optedIn": 5230,
        "qualified": 894,
        "chose": 610,
        "credited": 0,
        "used": 0,
        "changesInDoubt": 0,
        "money": [],
    }
    budget = {
        "brand": BRAND,
        "own": False,
        "reserved": 0,
        "expected": 0,
        "owed": 0,
        "credited": 0,
    }
    return {
        "riskLiability": {
            "brand": BRAND,
            "asOf": ago(seconds=20),
            "changesInDoubt": 0,
            "cells": [],
            "lines": [reward("expected", 790), reward("owed", 3), reward("outstanding", 101)],
        },
        "riskForecast": [forecast()],
        "riskRewards": page_of([reward("expected", 790), reward("owed", 3), reward("outstanding", 101)]),
        "goodwillCosts": [
            {
                "id": f"{WEEK}:GBP:owed",
                "isoWeek": WEEK,
                "currency": "GBP",
                "stage": "owed",
                "kind": "free_bet",
                "credits": 7,
                "valueMinor": 3_500,
            }
        ],
        "riskWeeks": page_of([week]),
        "riskBudgets": lambda _info, **named: page_of(
            [
                {
                    **budget,
                    "isoWeek": named.get("isoWeek") or WEEK,
                    "id": "a",
                    "reward": "fb-5",
                    "budget": 4000,
                    "chosen": 610,
                    "left": 3390,
                    "stopped": False,
                },
                {
                    **budget,
                    "isoWeek": named.get("isoWeek") or WEEK,
                    "id": "b",
                    "reward": "bb-25",
                    "budget": 500,
                    "chosen": 500,
                    "left": 0,
                    "stopped": True,
                },
            ]
        ),
    }


def lag_samples() -> list[dict[str, Any]]:
    """Return two hours of readings, with a rush, and minutes in which Kafka was away."""
    found: list[dict[str, Any]] = []
    for minute in range(120):
        away, rush = 40 <= minute < 44, max(0, 18 - abs(minute - 80))
        records = None if away else rush * rush * 5 + minute % 3
        seconds = None if away else round(rush * 1.5, 1)
        found.append({"at": ago(minutes=120 - minute), "records": records, "trackerSeconds": seconds})
    return found


def operations_world() -> dict[str, Any]:
    """Return what operations' screens ask for."""
    partition = {"topic": "club.bets.v1", "committed": 812.0, "end": 812.0}
    node = {
        "node": "main",
        "process": "host:1",
        "alive": True,
        "number": 12.0,
        "missing": 0,
        "missingSince": None,
    }
    switch = {"brand": BRAND, "kind": "switch", "epoch": 1.0, "number": 7.0, "applied": [], "missing": []}
    week = {
        "brand": BRAND,
        "jurisdiction": "GB",
        "currency": "GBP",
        "confirmed": False,
        "openedWith": 2,
        "scheme": 2,
    }
    return {
        "waitingCases": {"lateBets": 2, "heldRewards": 1},
        "deadLetterCounts": [
            {"app": app, "letters": letters}
            for app, letters in (
                ("club", 0),
                ("rewards", 0),
                ("progress", 4),
                ("fulfilment", 0),
                ("backoffice", 0),
            )
        ],
        "consumerLag": {
            "readAt": ago(seconds=5),
            "problem": None,
            "details": "",
            "partitions": [
                {
                    **partition,
                    "id": "p/0",
                    "group": "furlong-progress",
                    "partition": 0,
                    "lag": 0.0,
                    "oldestAt": None,
                },
                {
                    **partition,
                    "id": "r/0",
                    "group": "furlong-rewards",
                    "partition": 0,
                    "lag": 2.0,
                    "oldestAt": ago(seconds=40),
                },
            ],
        },
        "countedBets": {"until": ago(seconds=5), "waiting": False, "problem": None},
        "lagHistory": lag_samples(),
        "outboxes": [{"database": "club", "waiting": 0, "oldestAt": None}],
        "nodes": [
            {**node, "id": f"main/{part}", "part": part, "refused": [], "receivedAt": ago(seconds=3)}
            for part in ("club", "rewards", "fulfilment")
        ],
        "killSwitches": page_of(
            [
                {
                    **switch,
                    "id": "switch:bb-50",
                    "state": {"scope": "reward", "name": "bb-50", "off": True},
                    "reason": "Its price was wrong",
                    "decidedAt": ago(hours=3),
                    "decidedBy": "Olga",
                }
            ]
        ),
        "weeks": [
            {
                **week,
                "id": f"{BRAND}:{WEEK}:GB:GBP",
                "isoWeek": WEEK,
                "state": "OPEN",
                "waitsFor": "its end",
                "until": (WEEK_STARTS + timedelta(days=7)).isoformat(),
            }
        ],
    }


def content_world() -> dict[str, Any]:
    """Return what the screens of texts and rules ask for."""
    text = {
        "locale": "en-GB",
        "title": "£2 in cash, yours to keep",
        "summary": "For you.",
        "significantTerms": "18+",
        "termsUrl": "/terms",
        "imageUrl": "",
        "imageAlt": "",
        "imageAddress": None,
    }
    by = {
        "createdAt": ago(days=1),
        "editedAt": ago(days=1),
        "editedBy": "Edith",
        "rollbackOf": None,
        "note": None,
    }
    unset = dict.fromkeys(
        ("approvedAt", "approvedBy", "publishAtLocal", "publishedAt", "publishedBy", "proposal"), None
    )
    revision = {
        **by,
        **unset,
        "id": "1",
        "revision": 1,
        "state": "PUBLISHED",
        "publishedAt": ago(days=1),
        "contentHash": "0f" * 16,
        "document": {"position": 1, "eligibleGames": [], "texts": [text]},
    }
    item = {
        "id": f"{BRAND}:cash-2",
        "brand": BRAND,
        "rewardId": "cash-2",
        "configVersion": None,
        "version": 2,
        "changedAt": ago(days=1),
        "open": None,
        "published": revision,
        "revisions": page_of([revision]),
    }
    scheme = {
        "id": "northbet:GB:GBP:2",
        "brand": BRAND,
        "jurisdiction": "GB",
        "currency": "GBP",
        "version": 2,
        "qualifyingProduct": "betting",
        "targetMinor": 2500,
        "minStakeMinor": 100,
        "minOddsMilli": 1500,
        "betTypes": ["single", "multiple"],
        "channels": ["sports"],
        "countBeforeOptIn": True,
        "controlPerMille": 0,
        "trialRewardId": None,
        "trialPerMille": 0,
        "events": None,
        "defaultRewardId": "fb-5",
        "choiceLockMinutes": 0,
        "graceMinutes": 720,
        "terms": {"version": "2026-1", "summary": "Bet £25 in a week.", "url": "/terms"},
        "effectiveFrom": ago(days=30),
        "issuedAt": ago(days=40),
        "firstWeek": "2026-W44",
        "phase": "IN_FORCE",
    }
    answer = recorded()["tracking"]
    counts = {"DRAFT": 2, "IN_REVIEW": 1, "APPROVED": 0}
    return {
        "contentItems": lambda _info, states=None, **_: page_of(
            [item] * counts.get(next(iter(states or ()), ""), 1)
        ),
        "contentItem": item,
        "contentDiff": [
            {
                "path": "texts.en-GB.title",
                "locale": "en-GB",
                "field": "title",
                "before": "£2 in cash, yours to keep",
                "after": "£2 in cash",
                "spans": [
                    {"kind": "SAME", "text": "£2 in cash"},
                    {"kind": "REMOVED", "text": ", yours to keep"},
                ],
            }
        ],
        "contentPreviewStates": [
            {"name": "tracking", "says": "In progress, one bet below minimum odds.", "brand": BRAND}
        ],
        "contentPreview": {
            "club": json.dumps(answer["club"]),
            "records": json.dumps({name: answer[name] for name in ("recentBets", "pastWeeks")}),
        },
        "schemeVersions": [scheme],
        "checkScheme": {
            "lawful": True,
            "complete": True,
            "openWeek": WEEK,
            "firstWeek": "2026-W49",
            "firstWeekStartsAt": ago(days=-5),
            "problems": [],
        },
    }


def lobby_world() -> dict[str, Any]:
    """Return what the screen of a casino lobby asks for."""
    game = {"id": "abcdefgh234567ab", "name": "Acorn Harvest"}
    section = {
        "id": "ours",
        "names": [{"locale": "en-GB", "name": "Our choice"}],
        "games": [game | {"exists": True}, {"id": "gone", "name": "gone", "exists": False}],
        "rule": None,
        "jurisdictions": ["GB"],
        "devices": [],
        "since": "",
        "until": "",
    }
    rule = {"by": "new", "days": 30, "value": ""}
    new = section | {"id": "new", "names": [{"locale": "en-GB", "name": "New"}], "games": [], "rule": rule}
    provider = {"provider": "acorn", "games": 9, "leftOut": 0, "awaySince": None, "reason": ""}
    asked = {"listedAt": ago(hours=1), "askedAt": ago(hours=1)}
    away = {"provider": "bramble", "awaySince": ago(hours=2), "reason": "no answer within 60 s"}
    shown = [{"id": "ours", "name": "Our choice", "games": [game]}]
    return {
        "lobbyContent": {
            "revision": 1,
            "sections": [section, new],
            "groups": [],
            "locales": ["en-GB", "de-DE"],
            "jurisdictions": ["GB", "DE"],
            "timeZone": "Europe/London",
        },
        "lobbyProviders": [provider | asked, provider | asked | away],
        "tryLobby": {"before": shown, "after": shown, "problems": []},
    }


def board_world() -> dict[str, Any]:
    """Return what the screens of a board ask for."""
    item: dict[str, Any] = {
        "id": "event:abcd",
        "brand": BRAND,
        "scope": "EVENT",
        "entry": "abcd",
        "name": "Arsenal v Chelsea",
        "sport": "football",
        "competition": "Premier League",
        "startsAt": ago(days=-3),
        "status": "scheduled",
        "shownName": "Arsenal v Chelsea",
        "imageAddress": None,
        "position": None,
        "hidden": False,
        "onBoard": False,
        "placements": 0,
        "changesAt": None,
        "pending": [],
    }
    derby = {**item, "id": "event:efgh", "entry": "efgh", "name": "Everton v Liverpool", "onBoard": True}
    waits = {"id": "events.board", "proposedBy": "Edith", "proposedAt": ago(hours=2), "reason": "Posters"}
    events = [
        {**derby, "shownName": "The Merseyside Derby", "position": 1, "changesAt": ago(days=-2)},
        {**item, "pending": [waits]},
        {**item, "id": "event:ijkl", "entry": "ijkl", "hidden": True, "onBoard": True, "name": "Friendly"},
    ]
    shown = [
        {"entry": "efgh", "name": "The Merseyside Derby", "startsAt": ago(days=-2), "imageAddress": None},
        {"entry": "abcd", "name": "Arsenal v Chelsea", "startsAt": ago(days=-3), "imageAddress": None},
    ]
    after = [{**shown[1], "name": "The Cup Final"}, shown[0]]
    return {
        "boardBrand": {
            "id": BRAND,
            "name": "Northbet",
            "locales": ["en-GB", "de-DE"],
            "timeZone": "Europe/London",
            "jurisdictions": ["GB", "DE"],
            "countries": ["AT", "DE", "GB", "IE"],
            "sports": [{"id": "football", "name": "Football"}],
        },
        "board": page_of(events),
        "boardEntry": {"revision": 0, "item": {**item, "pending": [waits]}, "placements": []},
        "boardRevisions": page_of([]),
        "tryBoardEntry": {
            "before": {"place": 2, "first": 1, "total": 2, "items": shown},
            "after": {"place": 1, "first": 1, "total": 2, "items": after},
            "problems": [],
            "warnings": [],
        },
    }


CONTENT_BRAND: Final = {
    "id": BRAND,
    "name": "Northbet",
    "timeZone": "Europe/London",
    "locales": ["en-GB", "de-DE"],
    "defaultLocale": "en-GB",
    "jurisdictions": ["GB", "DE"],
    "currencies": ["GBP"],
    "rewards": [
        {
            "rewardId": reward,
            "configVersion": 1,
            "title": title,
            "status": "active",
            "kind": kind,
            "namesGames": kind == "free_spins",
        }
        for reward, title, kind in (
            ("fb-5", "£5 free bet", "free_bet"),
            ("bb-25", "25% bet boost", "bet_boost"),
            ("bb-50", "50% bet boost", "bet_boost"),
            ("cash-2", "£2 cash", "cash"),
        )
    ],
}


def shown_week(iso_week: str, minor: int, bets: int, reward: str, *, is_chosen: bool) -> dict[str, Any]:
    """Return a week of the customer whose page is looked at."""
    return {
        "isoWeek": iso_week,
        "totalMinor": minor,
        "targetMinor": 2500,
        "currency": "GBP",
        "shown": f"£{minor / 100:.2f} of £25.00",
        "countedBets": bets,
        "reward": reward,
        "isChosen": is_chosen,
    }


def customer_page() -> dict[str, Any]:
    """Return the answers to what the page of a customer asks for."""
    happened = (
        (3, "bet", "Bet b-3 of £4.00 at 1.20, settled: didn't count, its odds were too short", "b-3"),
        (5, "bet", "Bet b-2 of £7.00 at 2.50, open: £7.00 counted", "b-2"),
        (26, "choice", "Chose 25% bet boost (version 1) for the week of 23 Nov", None),
        (27, "bet", "Bet b-1 of £5.00 at 3.00, open: £5.00 counted", "b-1"),
        (50, "membership", "Opted in with terms 2026-1, by customer", None),
    )
    entries = [
        {
            "id": str(hours),
            "kind": kind,
            "at": ago(hours=hours),
            "arrivedAt": ago(hours=hours),
            "title": title,
            "waitsUntil": None,
            "betId": bet,
            "counted": None,
            "topic": None,
            "messageKey": None,
            "messageId": None,
            "partition": None,
            "offset": None,
        }
        for hours, kind, title, bet in happened
    ]
    account = {
        "revision": 2,
        "status": "active",
        "verified": True,
        "jurisdiction": "GB",
        "currency": "GBP",
        "rgState": "none",
        "promoRestricted": False,
        "since": ago(days=80),
    }
    return {
        "customers": page_of(
            [{"id": f"{BRAND}:{name}", "customerId": name} for name in ("c-1003", "c-1004")]
        ),
        "customer": {
            "id": f"{BRAND}:c-1003",
            "brand": BRAND,
            "customerId": "c-1003",
            "member": True,
            "memberSince": ago(hours=50),
            "ineligibleReason": None,
            "account": account,
            "week": shown_week("2026-W48", 1200, 2, "bb-25", is_chosen=True),
            "pastWeeks": [
                shown_week("2026-W47", 2600, 3, "fb-5", is_chosen=False),
                shown_week("2026-W46", 900, 1, "cash-2", is_chosen=True),
                shown_week("2026-W45", 0, 0, "fb-5", is_chosen=False),
                shown_week("2026-W44", 0, 0, "fb-5", is_chosen=False),
            ],
        },
        "legalHolds": [],
        "timeline": page_of(entries),
    }


def world(role: Role) -> dict[str, Any]:
    """Return the answers to all queries that the looked at screens send, as a person of a role sees them."""
    allowed = sorted(one.value for one in ROLES[role])
    waits = list(PROPOSALS) if Permission.CONTENT_APPROVE.value in allowed else []
    if role is Role.RISK:
        waits = ["support.adjustment", "support.goodwill"]
    return {
        "waitingMatchCount": 0,
        "me": {
            "roles": [{"brand": "*", "role": role.name}],
            "permissions": [{"brand": "*", "permissions": allowed}],
        },
        "contentBrands": [CONTENT_BRAND],
        "brandNames": [{"id": BRAND, "name": CONTENT_BRAND["name"]}, {"id": "southbet", "name": "Southbet"}],
        **customer_page(),
        "approvalsToDecide": [proposal(kind) for kind in waits[:3]],
        "unseenDecisions": 1,
        "approvals": page_of([proposal("support.adjustment") | {"own": True}]),
        "approval": lambda _info, **named: proposal(named["id"]),
        "customerWeek": {"isoWeek": WEEK, "totalMinor": 1200.0, "targetMinor": 2500, "currency": "GBP"},
        "goodwillBudgets": [
            {
                "id": f"{BRAND}:{WEEK}:GBP",
                "isoWeek": WEEK,
                "currency": "GBP",
                "own": True,
                "amountMinor": 50_000,
                "customerMinor": 2_000,
                "agentMinor": 10_000,
                "reservedMinor": 1_500,
                "approvedMinor": 2_000,
                "paidMinor": 5_000,
                "leftMinor": 41_500,
            }
        ],
        "setRiskBudget": {"number": 8.0, "proposal": None},
        **risk_world(),
        **operations_world(),
        **content_world(),
        **board_world(),
        **lobby_world(),
        **finance_world(),
        **betting_world(),
        **operators_world(),
        **people_world(),
        **reports_world(),
    }


@dataclass
class FixedOffice:
    """One browser page over the fixed world.

    Attributes:
        loaded: For whom, at which width and in which theme the page was loaded; None before.
        asked: How many queries it has sent.
        hanging: The operations that are never answered, by their names.
        faults: What the world could not answer, and errors of scripts.
    """

    page: Page
    schema: GraphQLSchema
    role: Role = Role.VIEWER
    loaded: tuple[Role, int, str] | None = None
    asked: int = 0
    hanging: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def show(self, role: Role, path: str, width: int, theme: Literal["light", "dark"]) -> None:
        """Open a screen, and wait until all of it is read.

        The page is loaded for each role, width and theme; from there, it goes on without being loaded again.
        """
        is_loaded = self.loaded == (role, width, theme)
        if is_loaded:
            move(self.page, f"{ORIGIN}/backoffice/", path)
        else:
            self._load(role, path, width, theme)
        for region in _regions(role, path):
            self.page.get_by_role("region", name=region, exact=True).wait_for()
        if "content.revision" in path:
            for place in range(2):
                self.page.frame_locator("iframe").nth(place).locator(".club").first.wait_for()
        self._is_quiet()
        for frame in self.page.frames[is_loaded:]:
            frame.add_style_tag(content=font_faces("noto-sans") + FONT)
            frame.evaluate("Promise.all([...document.fonts].map((font) => font.load()))")
        self.page.wait_for_timeout(50)  # charts measure themselves anew
        for frame in self.page.frames[1:]:
            frame.frame_element().scroll_into_view_if_needed()
            frame.evaluate(
                "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
            )
            self.page.evaluate("scrollTo(0, 0)")
        assert self.faults == [], "\n".join(self.faults)

    def _load(self, role: Role, path: str, width: int, theme: Literal["light", "dark"]) -> None:
        self.role = role
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        self.page.goto(f"{ORIGIN}/backoffice/{path}")
        self.loaded = role, width, theme

    def _is_quiet(self) -> None:
        """Wait until nothing is being read, and nothing new was asked for meanwhile."""
        asked, quiet = -1, 0
        while quiet < QUIET:
            is_read = asked == self.asked and self.page.locator(READING).count() == 0
            asked, quiet = self.asked, quiet + 1 if is_read else 0
            self.page.wait_for_timeout(100)

    def faults_of_width(self) -> list[str]:
        """Return a sentence if the page is wider than the window: what is wider has to scroll by itself."""
        window, page = self.page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
        return [f"the page is {page} px wide in a window of {window} px"] if page > window else []

    def picture(self) -> Image.Image:
        """Return a picture of the whole page.

        Another process draws what a frame shows, in its own time, and nothing of one below the window.
        """
        size = self.page.viewport_size
        if len(self.page.frames) == 1 or size is None:
            return self._screenshot()
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
        taken, before = self._screenshot(), None
        while taken != before:
            self.page.wait_for_timeout(50)
            taken, before = self._screenshot(), taken
        self.page.set_viewport_size(size)
        return taken

    def _screenshot(self) -> Image.Image:
        taken = self.page.screenshot(full_page=True, animations="disabled", caret="hide")
        return Image.open(BytesIO(taken)).convert("RGB")

    def content(self) -> Image.Image:
        """Return a picture of what the page is about, without the frame, which other tests look at."""
        whole = self.picture()
        place = self.page.locator("#main-content").bounding_box()
        assert place is not None
        scale = whole.width / self.page.viewport_size["width"] if self.page.viewport_size else 1
        left, top = round(place["x"] * scale), round(place["y"] * scale)
        right, bottom = left + round(place["width"] * scale), top + round(place["height"] * scale)
        return _without_foot(whole.crop((left, top, right, bottom)))

    def answer(self, route: Route) -> None:
        """Answer a request of the page."""
        path = urlsplit(route.request.url).path
        if path == "/backoffice/session":
            user = {"id": "u", "login": "demo", "name": f"Demo {self.role.value}"}
            route.fulfill(json={"signedIn": True, "stage": "full", "csrfToken": "t", "user": user})
        elif path == "/backoffice/graphql":
            sent = route.request.post_data_json
            if operation_of(sent) not in self.hanging:
                route.fulfill(json=self._graph(sent))
        else:
            file = _file(path)
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            headers = {"access-control-allow-origin": "*"}
            route.fulfill(body=file.read_bytes(), content_type=kind, headers=headers)

    def _graph(self, sent: Any) -> dict[str, Any]:
        self.asked += 1
        done = graphql_sync(self.schema, sent["query"], world(self.role), variable_values=sent["variables"])
        self.faults += [str(error) for error in done.errors or ()]
        return {"data": done.data, **({"errors": [{"message": "no"}]} if done.errors else {})}


def operation_of(sent: Any) -> str:
    """Return the name of the operation that was sent; empty if it has none."""
    operation = get_operation_ast(parse(sent["query"]))
    return operation.name.value if operation is not None and operation.name is not None else ""


def _without_foot(picture: Image.Image) -> Image.Image:
    """Return a picture without the empty part below what is shown."""
    empty = Image.new("RGB", picture.size, picture.getpixel((0, picture.height - 1)))
    shown = ImageChops.difference(picture, empty).getbbox()
    return picture.crop((0, 0, picture.width, min(picture.height, shown[3] + FOOT))) if shown else picture


def _regions(role: Role, path: str) -> list[str]:
    """Return the names of the parts that a screen has when it is read."""
    if path:
        return ["Proposed change", "When approved"] if path.startswith("approvals/") else []
    may = ROLES[role]
    return [
        "Figures",
        *(("Liability over the week in GBP", "Funnel") if Permission.RISK_READ in may else ()),
        *(("Health of the week", "Consumer lag") if Permission.OPERATIONS_READ in may else ()),
    ]


def _file(path: str) -> Path:
    name = path.removeprefix("/backoffice/")
    if name == "preview":
        return BUILT / "preview" / "preview.html"
    return BUILT / name if (BUILT / name).is_file() else BUILT / "index.html"


@contextmanager
def open_fixed_office(chromium: LocalChromium, scale: float = SCALE) -> Iterator[FixedOffice]:
    """Open a browser over the fixed world; its pictures have `scale` times the width of the page."""
    schema = build_schema((ROOT / "admin.graphql").read_text(encoding="utf-8"))
    with launched_chromium(chromium) as launched:
        context = launched.new_context(
            timezone_id="Europe/London", locale="en-GB", reduced_motion="reduce", device_scale_factor=scale
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.clock.set_fixed_time(NOW)
        office = FixedOffice(page, schema)
        page.on("pageerror", lambda error: office.faults.append(error.message))
        page.route(f"{ORIGIN}/**", office.answer)
        yield office
