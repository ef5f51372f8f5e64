"""Lists of objects: filtered, in pages, with what is named in them expanded."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from simulator.payments.books import Books, shown
from simulator.payments.forms import amount_of
from simulator.payments.refusal import missing, wrong_parameter
from simulator.payments.store import Object

MAX_LIMIT: Final = 100
USUAL_LIMIT: Final = 10
MAX_DEPTH: Final = 4
"""How deep members can be expanded."""

_OF_PAGES: Final = frozenset({"limit", "starting_after", "ending_before", "expand", "created", "types"})
_CLAUSE: Final = re.compile(r"""metadata\[['"]([^'"]+)['"]\]\s*:\s*['"]([^'"]*)['"]""")


def list_objects(books: Books, kind: str, path: str, params: dict[str, Any]) -> Object:
    """Return a page of the objects of a kind, the newest first.

    Raises:
        Refused: A parameter is wrong.
    """
    limit = _limit(params)
    before, after = (_place(books, params, name) for name in ("starting_after", "ending_before"))
    matching = (
        known
        for known in books.store.newest(kind, before=before, after=after or 0)
        if known.get("_spoiled") != "missing" and _matches(known, params)
    )
    if after is None:
        page = list(islice(matching, limit + 1))
        has_more = len(page) > limit
        page = page[:limit]
    else:
        page = list(matching)
        has_more = len(page) > limit
        page = page[-limit:]
    members = [shown(known) for known in page]
    return {"object": "list", "url": f"/v1/{path}", "has_more": has_more, "data": members}


def search(books: Books, kind: str, path: str, params: dict[str, Any]) -> Object:
    """Return the objects at which a client has noted something, the newest first.

    Raises:
        Refused: The query is another one than `metadata['name']:'value'`.
    """
    clause = _CLAUSE.fullmatch(str(params.get("query", "")).strip())
    if clause is None:
        raise wrong_parameter("query", "Only one clause about metadata is simulated.")
    youngest = books.now() - int(books.faults.lasting.get("search_lag", 0))
    matching = (
        shown(known)
        for known in books.store.newest(kind)
        if known["metadata"].get(clause[1]) == clause[2] and known["created"] <= youngest
    )
    page = list(islice(matching, _limit(params)))
    result = {"object": "search_result", "url": f"/v1/{path}", "has_more": False, "next_page": None}
    return {**result, "data": page}


def expand(books: Books, answer: Object, params: dict[str, Any]) -> Object:
    """Put objects in the place of their ids, where a request wants that.

    Raises:
        Refused: There is no such member.
    """
    for path in params.get("expand") or []:
        parts = str(path).split(".")
        if len(parts) > MAX_DEPTH:
            raise wrong_parameter("expand", "It cannot be expanded so deep.")
        for owner in _owners(answer, parts[:-1], books):
            _expand_member(books, owner, parts[-1])
    return answer


def _owners(owner: Any, parts: list[str], books: Books) -> Iterator[Object]:
    if isinstance(owner, list):
        for member in owner:
            yield from _owners(member, parts, books)
    elif isinstance(owner, dict):
        if not parts:
            yield owner
        else:
            _expand_member(books, owner, parts[0])
            yield from _owners(owner.get(parts[0]), parts[1:], books)


def _expand_member(books: Books, owner: Object, name: str) -> None:
    if name not in owner:
        raise wrong_parameter("expand", f"This property cannot be expanded ({name}).")
    value = owner[name]
    if isinstance(value, str) and (known := books.store.find(value)) is not None:
        owner[name] = shown(known)


def _limit(params: dict[str, Any]) -> int:
    return amount_of(params, "limit", USUAL_LIMIT, most=MAX_LIMIT)


def _place(books: Books, params: dict[str, Any], name: str) -> int | None:
    if (wanted := params.get(name)) is None:
        return None
    if (place := books.store.place_of(wanted)) is None:
        raise missing("object", wanted)
    return place


def _matches(known: Object, params: dict[str, Any]) -> bool:
    if "types" in params and known["type"] not in params["types"]:
        return False
    if not _is_within(known["created"], params.get("created")):
        return False
    return all(known.get(name) == value for name, value in params.items() if name not in _OF_PAGES)


def _is_within(created: int, limits: Any) -> bool:
    if limits is None:
        return True
    if isinstance(limits, str):
        limits = {"gte": limits, "lte": limits}
    tests = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
    try:
        return all(tests[name](created, int(limit)) for name, limit in limits.items())
    except (KeyError, ValueError) as fault:
        raise wrong_parameter("created", "Invalid range.") from fault
