"""Texts that would run as script, or as a formula, in every argument of every change, and on every screen."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import pyotp
from graphql import GraphQLInputObjectType, get_named_type, is_leaf_type
from playwright.sync_api import expect

from tests.support.office.content import preview
from tests.support.office.hostile_changes import (
    CHANGES,
    CUSTOMER,
    PROVIDER,
    REWARD,
    SUBMITTED,
    Clerks,
)
from tests.support.office.office_client import OfficeClient
from tests.support.office.permission_rules import Field, fields, root_of
from tests.support.office.stack import CAT, Office
from tests.support.processes.running_furlong import BRAND, eventually

PAYLOAD: Final = (
    "=HYPERLINK('javascript:alert(1)')\"><svg/onload=alert(1)><img/src='x'/onerror=alert(1)>"
    "<script>alert(1)</script>{{7*7}}"
)
SHORT_PAYLOAD: Final = "\"><img/src='x'/onerror=alert(1)>"
"""For what is no longer than 64 characters. The quotes end the source: without them, no handler follows."""

HANDLERS: Final = "[onload], [onerror], [href^='javascript:' i], [src^='javascript:' i]"
"""What only a text that was taken for markup brings into a page."""

MACHINE_MADE: Final = re.compile(r'Variable "\$|Cannot query|Unknown argument|\bNo \w+ (found|yet\.)')
"""Messages of the GraphQL engine, and the framework's about empty lists, which name the resource."""

LISTS: Final = {
    "users": "{ users(first: 100) { nodes { id name } } }",
    "approvals": "{ approvals(first: 100) { nodes { id reason } } }",
    "jobs": "{ jobs(first: 100) { nodes { id arguments } } }",
    "deadLetters": '{ deadLetters(app: "progress", first: 100) { nodes { id value } } }',
}
"""The lists whose rows have screens of their own."""


def text_paths(change: Field) -> list[str]:
    """Return the paths of a change's arguments that are texts or ids."""

    def below(path: str, kind: Any) -> Iterator[str]:
        named = get_named_type(kind)
        if isinstance(named, GraphQLInputObjectType):
            for name, field in named.fields.items():
                yield from below(f"{path}.{name}", field.type)
        elif named.name in {"String", "ID", "JSON"}:
            yield path

    arguments = root_of(change).fields[change.name].args
    return [path for name, argument in arguments.items() for path in below(name, argument.type)]


def changes_with_texts() -> dict[str, Field]:
    """Return the changes of the graph that take a text or an id, by their names."""
    return {field.name: field for field in fields() if field.operation == "mutation" and text_paths(field)}


def mark(name: str, path: str) -> str:
    """Return what a hostile text ends with, by which it is known on a screen."""
    return f"~{name}.{path.removeprefix('input.').rpartition('.')[2]}~".lower()


def hostile(name: str, path: str) -> str:
    """Return the hostile text of an argument; some are short, and terms name an age."""
    payload = SHORT_PAYLOAD if path.endswith("terms.version") else PAYLOAD
    age = "18+. " if path.endswith("terms.summary") else ""
    return age + payload + mark(name, path)


def with_text(arguments: dict[str, Any], path: str, text: str) -> dict[str, Any]:
    """Return arguments with a text at a path, in each element of the lists on the way."""
    head, _, rest = path.partition(".")
    changed = dict(arguments)
    if rest:
        at = changed.get(head) or {}
        changed[head] = (
            [with_text(each, rest, text) for each in at]
            if isinstance(at, list)
            else with_text(at, rest, text)
        )
    else:
        changed[head] = [text] if isinstance(changed.get(head), list) else text
    return changed


def document_of(change: Field) -> str:
    """Return the operation that sends a change, and reads what has no arguments of its own."""
    field = root_of(change).fields[change.name]
    declared = ", ".join(f"${name}: {each.type}" for name, each in field.args.items())
    passed = ", ".join(f"{name}: ${name}" for name in field.args)
    return f"mutation M({declared}) {{ {change.name}({passed}){_selection(field.type, 1)} }}"


def _selection(kind: Any, depth: int) -> str:
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    parts = [
        f"{name}{_selection(field.type, depth - 1)}"
        for name, field in named.fields.items()
        if not field.args and (depth > 0 or is_leaf_type(get_named_type(field.type)))
    ]
    return f" {{ {' '.join(parts)} }}"


def send_hostile_texts(clerks: Clerks) -> dict[str, Any]:
    """Send every change with hostile texts; return those that were decided otherwise than expected.

    A text that names something, such as a brand, is refused with a reason; all others are stored as they are,
    and each change that is accepted is in the audit log.
    """
    changes = changes_with_texts()
    wrong: dict[str, Any] = {}
    for name, change in CHANGES.items():
        sender = clerks.others[change.by] if change.by else clerks.everybody
        try:
            operation, arguments = document_of(changes[name]), change.arguments(clerks)
        except (AssertionError, LookupError) as missing:  # what it needs was refused
            wrong[name] = repr(missing)
            continue
        for path in text_paths(changes[name]):
            if path in change.stored:
                continue
            answer = sender.answer(operation, **with_text(deepcopy(arguments), path, hostile(name, path)))
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            if not codes or "INTERNAL_SERVER_ERROR" in codes:
                wrong[f"{name}.{path}"] = answer
        if change.stored:
            for path in change.stored:
                arguments = with_text(arguments, path, hostile(name, path))
            before = newest_entry(clerks)
            answer = sender.answer(operation, **arguments)
            if "errors" in answer:
                wrong[name] = answer
            else:
                clerks.found[name] = answer["data"][name]
                if newest_entry(clerks) == before:
                    wrong[f"{name} is not in the audit log"] = answer
    return wrong


def newest_entry(clerks: Clerks) -> str:
    """Return the id of the newest entry of the audit log."""
    (newest,) = clerks.ask("{ audit(first: 1) { nodes { id } } }")["audit"]["nodes"]
    return str(newest["id"])


def step_up(office_client: OfficeClient) -> None:
    """Confirm the second factor by the newest code that is not used yet; that holds for ten minutes."""
    totp = pyotp.TOTP(office_client.secret)

    def is_accepted() -> bool:
        codes = (totp.at(datetime.now(UTC), counter_offset=offset) for offset in (0, 1))
        return any(office_client.post("session/step-up", {"code": code}).ok for code in codes)

    eventually(is_accepted, "the second factor is confirmed")


def bring_by_kafka(office: Office, office_client: OfficeClient) -> set[str]:
    """Bring a bet with a hostile id and a record that is broken to the consumers; return their marks."""
    bet_id = SHORT_PAYLOAD + mark("kafka", "bet")
    broken = f"{{broken {PAYLOAD}{mark('kafka', 'record')}".encode()
    office.site.produce(office.site.bet(CAT, bet_id), broken, key=f"{BRAND}:{CAT}")
    bets = f'{{ timeline(customer: "{CUSTOMER}", first: 100) {{ nodes {{ betId }} }} }}'
    arrived = {bets: mark("kafka", "bet"), LISTS["deadLetters"]: mark("kafka", "record")}
    eventually(
        lambda: all(at in str(office_client.ask(asked)) for asked, at in arrived.items()), "both are stored"
    )
    return set(arrived.values())


def expected_marks() -> set[str]:
    """Return the marks of all texts that some screen shows."""
    return {
        mark(name, path)
        for name, change in CHANGES.items()
        for path in change.stored
        if path not in change.hidden
    }


def screens(office_client: OfficeClient) -> Iterator[str]:
    """Yield the addresses of all screens, the audit log first: each look at a person's data adds to it."""
    yield from ("audit?perPage=100", "approvals?filter={}", "jobs", "users")
    yield from (
        "content",
        "schemes",
        "switches",
        "rewardStatus",
        "providers",
        "weeks",
        "backlog",
        "nodes",
        "brands",
    )
    yield from (
        "intents",
        "customers",
        "account",
        "risk-overview",
        "risk-rewards",
        "risk-funnel",
        "risk-profit",
        "analytics",
        "risk-customers",
        "risk-goodwill",
    )
    yield f"content/{quote(f'{BRAND}:{REWARD}', safe='')}"
    yield f"customers/{quote(CUSTOMER, safe='')}/show"
    yield f"providers/{PROVIDER}/show"
    yield "brands/lagunabet/show"
    yield f"deadLetters?filter={quote(json.dumps({'app': 'progress'}))}"
    for resource, asked in LISTS.items():
        ((_, page),) = office_client.ask(asked).items()
        for row in page["nodes"]:
            if "onerror" in json.dumps(row):
                yield f"{resource}/{quote(row['id'], safe='')}/show"


def wait_for_preview(office_client: OfficeClient, title: str) -> None:
    """Wait until the preview of a screen, which is a page of its own, shows a title."""
    expect(preview(office_client).get_by_text(title).first).to_be_visible()


def look_at_screens(office_client: OfficeClient) -> tuple[str, list[str]]:
    """Open all screens; return the text that they show, and those on which a text was more than that.

    No screen shows a message of the GraphQL engine or a name that the framework made up.
    """
    shown, live = [], []
    office_client.page.goto(office_client.url)  # what the frame around the screens has read is older
    for screen in screens(office_client):
        office_client.go(screen)
        if screen.startswith("content/"):
            wait_for_preview(office_client, mark("saveContent", "input.document.texts.title"))
        elif office_client.page.locator("iframe").count():
            wait_for_preview(office_client, SUBMITTED)
        for tab in ("Differences", "Revisions") if screen.startswith("content/") else ():
            office_client.page.get_by_role("tab", name=tab).click()
            expect(office_client.page.get_by_role("table", name=tab)).to_be_visible()
            shown.append(office_client.page.locator("body").inner_text())
        shown.append(office_client.page.locator("body").inner_text())
        if MACHINE_MADE.search(shown[-1]):
            live.append(f"{screen} speaks GraphQL, or the framework's words")
        if office_client.scripts_that_ran() or office_client.page.locator(HANDLERS).count():
            live.append(screen)
            office_client.page.goto(office_client.url)  # what ran here is no other screen's
    return "\n".join(shown).lower(), live
