"""The lists and figures of the back office that are measured: first pages, and pages deep inside."""

import base64
import json
from collections.abc import Iterator
from typing import Final

from backoffice.risk.rows import RiskFigure
from bench.backoffice.filling import BRAND, RARE_TOPIC
from bench.backoffice.measuring import Operation

PAGE: Final = "nodes { __typename } endCursor hasNextPage"
PAGE_OF_CUSTOMERS: Final = 4_000
"""What a page of customers may read, each from at most six tables."""


def operations(week: str, last_week: str, customers: int) -> list[Operation]:
    """Return the operations.

    Args:
        week: The current week.
        last_week: The one before.
        customers: How many customers there are, to page to the middle of them.
    """
    return [
        *_existing(week, customers),
        *_configured(),
        *_risk(week, last_week, customers),
        *_goodwill(last_week, customers),
    ]


def _existing(week: str, customers: int) -> Iterator[Operation]:
    for name in ("users", "audit", "approvals", "jobs"):
        yield Operation(name, f"{{ {name}(first: 25) {{ {PAGE} }} }}")
    for name, filters in (
        ("audit", 'action: "rare"'),
        ("audit", 'userId: "u-7", action: "none"'),
        ("audit", f'subject: "customer:{BRAND}:c-7"'),
        ("approvals", "status: PENDING"),
        ("approvals", 'kind: "none"'),
        ("jobs", "status: FAILED"),
    ):
        document = f"{{ {name}({filters}, first: 25) {{ {PAGE} }} }}"
        yield Operation(f"{name} with {filters.replace(chr(34), '')}", document)
    yield Operation("contentItems", f"{{ contentItems(first: 25) {{ {PAGE} }} }}")
    brand = {"brand": BRAND}
    yield Operation(
        "schemeVersions",
        "query Q($brand: String!) { schemeVersions(brand: $brand) { __typename } }",
        brand,
    )
    for name in ("globalEvents", "killSwitches"):
        yield Operation(name, f"{{ {name}(first: 25) {{ {PAGE} }} }}")
    for topic in ("", f', topic: "{RARE_TOPIC}"', ', topic: "nothing"'):
        document = f'{{ deadLetters(app: "progress", first: 25{topic}) {{ {PAGE} }} }}'
        yield Operation(f"deadLetters{topic.replace(chr(34), '')}", document)
    yield Operation(
        "pendingIntents",
        "query Q($brand: String!) { pendingIntents(brand: $brand) { __typename } }",
        brand,
    )
    yield Operation(
        "weeks",
        "query Q($brand: String!) { weeks(brand: $brand) { __typename } }",
        brand,
    )
    yield Operation(
        "weekCustomers, when asked for",
        "query Q($brand: String!, $isoWeek: String!) "
        "{ weekCustomers(brand: $brand, isoWeek: $isoWeek) { __typename } }",
        {**brand, "isoWeek": week},
        customers // 2,
    )
    for name in ("stoppedProviders", "outboxes", "nodes"):
        yield Operation(name, f"{{ {name} {{ __typename }} }}")
    customer = f"c-{customers // 2:07}"
    yield Operation(
        "customers",
        "query Q($brand: String!, $search: String!) { customers(brand: $brand, search: $search) "
        f"{{ {PAGE} }} }}",
        {**brand, "search": customer[:4]},
    )
    yield Operation(
        "customer",
        "query Q($id: ID!) { customer(id: $id) { __typename } legalHolds(customer: $id) { __typename } }",
        {"id": f"{BRAND}:{customer}"},
    )
    yield Operation(
        "betExplanation",
        "query Q($brand: String!, $bet: String!) { betExplanation(brand: $brand, betId: $bet) { sentence } }",
        {**brand, "bet": f"b-{week}-{customers // 2}"},
    )
    yield Operation(
        "timeline",
        f"query Q($customer: ID!) {{ timeline(customer: $customer, first: 25) {{ {PAGE} }} }}",
        {"customer": f"{BRAND}:{customer}"},
    )


def _configured() -> Iterator[Operation]:
    """What screens show of brands, rewards, providers and people."""
    for name in ("riskBrands", "brands"):
        yield Operation(name, f"{{ {name}(first: 25) {{ {PAGE} }} }}")
    for name in ("supportBrands", "contentBrands", "providers"):
        yield Operation(name, f"{{ {name} {{ __typename }} }}")
    document = "query Q($brand: String!) { rewardVersions(brand: $brand) { __typename } }"
    yield Operation("rewardVersions", document, {"brand": BRAND})


def _goodwill(week: str, customers: int) -> Iterator[Operation]:
    """Credits by pages; what they cost is a sum over all of them, which are few: a budget limits them."""
    brand = {"brand": BRAND}
    document = (
        "query Q($brand: String!, $isoWeek: String, $kind: String, $after: String) "
        "{ riskGoodwill(brand: $brand, isoWeek: $isoWeek, kind: $kind, first: 25, after: $after) "
        f"{{ {PAGE} }} }}"
    )
    middle = _cursor([week, f"c-{customers // 2:07}", ""])
    for name, more in (("newest", {}), ("in the middle", {"after": middle})):
        yield Operation(f"riskGoodwill, {name}", document, {**brand, **more})
    for name, more in (("of a week", {"isoWeek": week}), ("a rare kind", {"kind": "cash"})):
        yield Operation(f"riskGoodwill, {name}", document, {**brand, **more}, customers)
    document = "query Q($brand: String!) { goodwillCosts(brand: $brand) { __typename } }"
    yield Operation("goodwillCosts", document, brand, customers)
    document = "query Q($brand: String!) { goodwillBudgets(brand: $brand) { __typename } }"
    yield Operation("goodwillBudgets", document, brand)


def _risk(week: str, last_week: str, customers: int) -> Iterator[Operation]:
    brand = {"brand": BRAND}
    for name, shown in (
        ("riskLiability", "lines { __typename }"),
        ("riskForecast", "__typename"),
        ("riskWeeks", PAGE),
        ("riskRewards", PAGE),
        ("riskBudgets", PAGE),
    ):
        document = f"query Q($brand: String!) {{ {name}(brand: $brand) {{ {shown} }} }}"
        yield Operation(name, document, brand)
    document = (
        "query Q($brand: String!, $isoWeek: String!, $figure: RiskFigure!, $reward: String, $after: String) "
        "{ "
        "riskCustomers(brand: $brand, isoWeek: $isoWeek, figure: $figure, reward: $reward, first: 25, "
        f"after: $after) {{ {PAGE} }} }}"
    )
    for figure in RiskFigure:
        for name, of in (("now", week), ("last week", last_week)):
            variables = {**brand, "isoWeek": of, "figure": figure.name}
            yield Operation(f"riskCustomers {figure.name}, {name}", document, variables, PAGE_OF_CUSTOMERS)
    deep = {**brand, "isoWeek": week, "figure": "EXPECTED", "after": _after(customers // 2)}
    yield Operation("riskCustomers EXPECTED, in the middle", document, deep, PAGE_OF_CUSTOMERS)
    for name, of in (("EXPECTED", week), ("CHOSE", week), ("USED", last_week)):
        none = {**brand, "isoWeek": of, "figure": name, "reward": "nothing"}
        yield Operation(f"riskCustomers {name}, none fits", document, none, PAGE_OF_CUSTOMERS)


def _after(number: int) -> str:
    return _cursor(f"c-{number:07}")


def _cursor(key: str | list[str]) -> str:
    encoded = json.dumps(key).encode()
    return base64.urlsafe_b64encode(encoded).decode().rstrip("=")
