"""The data of the test supergraphs."""

from __future__ import annotations

from typing import Any

from tests.gateway.world import Computed, Federation, Ref, World


def shop() -> Federation:
    """Accounts, products, reviews and inventory, as gateway benchmarks know them."""
    users = {
        str(number): {
            "id": str(number),
            "name": f"User {number}",
            "username": f"user{number}",
            "birthday": 1950 + number,
            "reviews": [Ref("Review", str(each)) for each in range(number, 9, 4)],
        }
        for number in range(1, 5)
    }
    products = {
        str(number): {
            "upc": str(number),
            "name": f"Product {number}",
            "price": None if number == 3 else number * 500,
            "weight": number * 100,
            "inStock": number % 2 == 0,
            "reviews": [Ref("Review", str(each)) for each in range(number, 9, 3)],
            "shippingEstimate": Computed(lambda get: 0 if (get("price") or 0) > 1000 else get("weight") // 2),
        }
        for number in range(1, 4)
    }
    reviews = {
        str(number): {
            "id": str(number),
            "body": f"Review {number}",
            "author": None if number == 8 else Ref("User", str((number - 1) % 4 + 1)),
            "product": Ref("Product", str((number - 1) % 3 + 1)),
        }
        for number in range(1, 9)
    }
    roots = {
        "me": Ref("User", "1"),
        "user": lambda id: Ref("User", id) if id in users else None,  # noqa: A006 - the argument's name
        "users": [Ref("User", user) for user in users],
        "topProducts": lambda first: [Ref("Product", each) for each in list(products)[:first]],
    }
    return Federation("shop", World(roots, {"User": users, "Product": products, "Review": reviews}))


def atlas() -> Federation:
    """Chains of keys, nested keys, overrides, shared values, interfaces and unions."""
    regions = [
        {"__typename": "Region", "id": each, "zone": zone} for each, zone in (("r1", "z1"), ("r2", None))
    ]
    items = {code: _item(code, number, regions[number % 2]) for number, code in enumerate("pqrs", start=1)}
    users = {
        str(number): {
            "id": str(number),
            "email": f"u{number}@example.org",
            "name": None if number == 3 else f"Name {number}",
            "friends": [Ref("User", str(each)) for each in range(1, number)],
            "score": number * 7,
            "badges": ["GOLD", None] if number == 1 else None,
        }
        for number in range(1, 4)
    }
    books = {each: _book(each) for each in ("b1", "b2")}
    movies = {
        each: {
            "__typename": "Movie",
            "id": each,
            "title": f"Movie {each}",
            "author": None if each == "m2" else Ref("User", "2"),
            "length": 90,
            "summary": Computed(lambda get: f"{get('length')} minutes"),
        }
        for each in ("m1", "m2")
    }
    return Federation(
        "atlas",
        World(
            _atlas_roots(items, regions),
            {"Item": items, "User": users, "Book": books, "Movie": movies},
        ),
    )


def _item(code: str, number: int, region: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": code,
        "name": f"Item {code}",
        "sku": f"sku-{code}",
        "region": region,
        "weight": None if number == 4 else number * 10,
        "dims": {
            "__typename": "Dimensions",
            "width": number,
            "height": number + 1,
            "depth": number + 2,
            "box": None if number == 3 else _box(number),
        },
        "maker": None if number == 2 else Ref("User", str(number % 3 + 1)),
        "price": lambda currency: {"__typename": "Price", "amount": number * 3, "currency": currency},
        "shipping": Computed(
            lambda get: None if get("region")["zone"] is None else (get("weight") or 0) + number
        ),
        "total": Computed(lambda get, times=1: None if get("shipping") is None else get("shipping") * times),
    }


def _box(number: int) -> dict[str, Any]:
    lid = {"__typename": "Lid", "closed": number > 1, "tight": number > 2}
    return {
        "__typename": "Box",
        "kind": f"kind {number}",
        "colour": "red" if number == 1 else None,
        "lid": lid,
    }


def _book(each: str) -> dict[str, Any]:
    reviews = [
        {
            "__typename": "Review",
            "id": f"{each}-{number}",
            "body": f"Body {number}",
            "book": Ref("Book", each),
            "by": Ref("User", str(number)),
        }
        for number in (1, 2)
    ]
    return {
        "__typename": "Book",
        "id": each,
        "title": f"Book {each}",
        "author": Ref("User", "1"),
        "pages": 100,
        "reviews": lambda worst: reviews[::-1] if worst else reviews,
        "rating": 4.5 if each == "b1" else None,
        "blurb": f"Read {each}",
    }


def _atlas_roots(items: dict[str, Any], regions: list[dict[str, Any]]) -> dict[str, Any]:
    every = [Ref("Item", code) for code in items]
    return {
        "items": lambda first=None: every[:first],
        "item": lambda code: Ref("Item", code) if code in items else None,
        "media": [Ref("Book", "b1"), Ref("Movie", "m1"), Ref("Movie", "m2"), Ref("Book", "b2")],
        "things": [Ref("Movie", "m1"), None, Ref("Item", "q"), Ref("Book", "b2")],
        "grid": [[Ref("Item", "p"), None], None, [], [Ref("Item", "s"), Ref("Item", "p")]],
        "top": Ref("Item", "r"),
        "regions": regions,
        "cheapest": Ref("Item", "p"),
        "featured": [Ref("Book", "b2"), Ref("Book", "b1")],
        "search": lambda text: [Ref("Book", "b1"), Ref("Item", "q")] if text else [],
        "rename": lambda code, name: {"__typename": "Payload", "ok": bool(name), "item": Ref("Item", code)},
        "weigh": lambda code, weight: {"__typename": "Payload", "ok": weight > 0, "item": Ref("Item", code)},
    }


def club() -> Federation:
    """The club of two weeks, seen by its three subgraphs."""
    clubs = {each: _club(each, number) for number, each in enumerate(("c1", "c2"), start=1)}
    weeks = {
        name: {"id": name, "isoWeek": name, "state": "OPEN"} for name in (f"week-{each}" for each in clubs)
    }
    payload = {"__typename": "ClubPayload", "club": Ref("Club", "c1"), "errors": []}
    return Federation(
        "club",
        World(
            {
                "club": lambda week=None, **_: Ref("Club", week if week in clubs else "c1"),
                "recentClubs": lambda first, **_: [Ref("Club", each) for each in list(clubs)[:first]],
                "rewardCount": 2,
                "betslipPreview": lambda stakeMinor: {  # noqa: N803 - the argument's name
                    "__typename": "BetslipPreview",
                    "counts": True,
                    "counted": _money(stakeMinor),
                },
                "optIn": lambda **_: payload,
                "changeReward": lambda **_: payload,
            },
            {"Club": clubs, "ClubWeek": weeks},
        ),
    )


def _club(each: str, number: int) -> dict[str, Any]:
    def lawful(get: Any) -> bool:
        return get("ineligibleReason") is None and (get("jurisdiction"), get("currency")) == ("GB", "GBP")

    options = [
        {"__typename": "RewardOption", "id": f"o{index}", "title": f"Option {index}", "value": _money(index)}
        for index in (1, 2)
    ]
    progress = {
        "__typename": "Progress",
        "staked": _money(700),
        "percent": 70,
        "countedBets": 1,
        "recentBets": lambda first: [{"__typename": "Bet", "betId": "b1", "stake": _money(700)}][:first],
    }

    def state(get: Any) -> str:
        if not lawful(get):
            return "INELIGIBLE"
        tracked = get("membership")["optedIn"] and get("week")["state"] == "OPEN"
        return "TRACKING" if tracked else "NOT_OPTED_IN"

    choice = {"__typename": "RewardChoice", "version": 3, "option": options[0]}
    return {
        "id": each,
        "week": Ref("ClubWeek", f"week-{each}"),
        "membership": {
            "__typename": "Membership",
            "optedIn": True,
            "pending": False,
            "version": number,
            "leftAt": None,
        },
        "ineligibleReason": None if number == 1 else "SUSPENDED",
        "jurisdiction": "GB",
        "currency": "GBP",
        "options": Computed(lambda get: options if lawful(get) else []),
        "choice": Computed(lambda get: choice if lawful(get) else None),
        "progress": Computed(lambda get: progress if lawful(get) else None),
        "state": Computed(state),
    }


def _money(minor: int) -> dict[str, Any]:
    return {"__typename": "Money", "minor": minor, "currency": "GBP", "display": f"£{minor / 100:.2f}"}


def maze() -> Federation:
    """Requirements in circles and over interfaces, unions that differ, keys in lists."""
    users = {each: _owner(each, number) for number, each in enumerate(("u1", "u2"), start=1)}
    dogs = {
        "d1": {
            "__typename": "Dog",
            "id": "d1",
            "name": "Rex",
            "breed": None,
            "age": 3,
            "owner": Ref("User", "u1"),
        }
    }
    cats = {"k1": {"__typename": "Cat", "id": "k1", "name": "Tom", "lives": 9, "owner": None}}
    titled = {
        kind: {
            each: {
                "id": each,
                "title": f"{kind} {each}",
                "seconds": 200,
                "minutes": None,
                "stars": 4,
                "isbn": "1-2",
            }
            for each in ("1", "2")
        }
        for kind in ("Book", "Song", "Movie")
    }
    products = {each: _product(each, number) for number, each in enumerate(("s1", "s2"), start=1)}
    makers: dict[str, dict[str, Any]] = {
        "m1": {"id": "m1", "name": "Acme", "flagship": Ref("Product", "s2"), "fans": [Ref("User", "u2")]},
        "m2": {"id": "m2", "name": None, "flagship": None, "fans": []},
    }
    lines = [{"__typename": "Line", "sku": product, "count": 2} for product in products]
    return Federation(
        "maze",
        World(
            {
                "media": [Ref("Book", "1"), Ref("Song", "2"), Ref("Book", "2")],
                "films": [Ref("Movie", "1"), Ref("Book", "1")],
                "hits": [Ref("Book", "2"), Ref("Movie", "2")],
                "users": [Ref("User", user) for user in users],
                "cart": Ref("Cart", "c"),
                "product": lambda sku: Ref("Product", sku) if sku in products else None,
                "pets": [Ref("Cat", "k1"), None, Ref("Dog", "d1")],
                "makers": [Ref("Maker", maker) for maker in makers],
            },
            {
                "User": users,
                "Dog": dogs,
                "Cat": cats,
                **titled,
                "Product": products,
                "Maker": makers,
                "Cart": {"c": {"lines": lines, "total": 7}},
            },
        ),
    )


def _owner(each: str, number: int) -> dict[str, Any]:
    def report(get: Any) -> str:
        pets = [f"{pet['name']} {pet.get('breed')} {pet.get('lives')}" for pet in get("pets")]
        return f"{pets} in {get('address')['city']}"

    return {
        "id": each,
        "pets": [Ref("Dog", "d1"), Ref("Cat", "k1")][:number],
        "address": {
            "__typename": "Address",
            "street": "High Street",
            "city": None if number == 2 else "York",
        },
        "first": number,
        "second": Computed(lambda get: get("first") + 1),
        "third": Computed(lambda get: get("second") * 2),
        "fourth": Computed(lambda get: get("third") + 10),
        "fifth": Computed(lambda get: get("fourth") * 3),
        "report": Computed(report),
    }


def _product(each: str, number: int) -> dict[str, Any]:
    return {
        "sku": each,
        "upc": f"upc-{each}",
        "price": lambda currency: number * {"EUR": 10, "USD": 12}.get(currency, 1),
        "euros": Computed(lambda get: get("price", currency="EUR") * 100),
        "dollars": Computed(lambda get: get("price", currency="USD") * 100),
        "maker": Ref("Maker", f"m{number}"),
        "stock": number,
    }
