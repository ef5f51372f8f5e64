"""What customers ask of their limits: shown, confirmed, refused in words, and done once."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import DONE, Why, refused
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.claims import Claim
from subgraphs.wallet.models import LIMITS, OUTBOX, REFERENCE
from tests.subgraphs.wallet.served_wallet import ServedWallet, served_wallet, stake
from tests.support.subgraphs.club_fixture import codes, make_token
from tests.support.subgraphs.club_samples import BRAND, NOW, OWNER, good_account

DAY = timedelta(days=1)
LIMIT = """kind amount { minor currency display } used { minor } minutes usedMinutes
  pending { minor currency } pendingMinutes pendingFrom pendingUntil until product"""
READ = f'{{ wallet(brand: "northbet") {{ prompts limits {{ {LIMIT} }} }} }}'
INPUTS = {
    "setLimit": "SetLimitInput",
    "takeBreak": "TakeBreakInput",
    "selfExclude": "SelfExcludeInput",
    "declineLimit": "DeclineLimitInput",
    "acknowledgePrompt": "AcknowledgePromptInput",
}
VALID: dict[str, dict[str, Any]] = {
    "setLimit": {"kind": "DEPOSIT_DAY", "amountMinor": 5_000, "currency": "GBP"},
    "takeBreak": {"until": (NOW + 3 * DAY).isoformat()},
    "selfExclude": {"months": 6},
    "declineLimit": {},
    "acknowledgePrompt": {"prompt": "REVIEW"},
}


async def answer(
    served: ServedWallet, name: str, owner: Owner | None = OWNER, /, **asked: Any
) -> dict[str, Any]:
    """Return the answer to a mutation of a customer."""
    document = (
        f"mutation ($input: {INPUTS[name]}!) {{ {name}(input: $input) {{ "
        f"errors {{ code message }} prompts limits {{ {LIMIT} }} }} }}"
    )
    given = {"brand": BRAND, "idempotencyKey": f"k-{next(served.numbers)}"} | asked
    return await served.answer(document, owner, input=given)


async def ask(served: ServedWallet, name: str, **asked: Any) -> Any:
    """Return the payload of a mutation, which must have no errors of the request."""
    given = await answer(served, name, **asked)
    assert "errors" not in given, given
    return given["data"][name]


async def limit(served: ServedWallet, kind: str, amount: int | None, **asked: Any) -> Any:
    """Ask for a limit of money, and return the payload."""
    return await ask(served, "setLimit", kind=kind, amountMinor=amount, currency="GBP", **asked)


def errors(payload: Any) -> list[tuple[str, str]]:
    """Return the errors of a payload."""
    return [(error["code"], error["message"]) for error in payload["errors"]]


async def changes(served: ServedWallet) -> int:
    """Return how many requests have been written down."""
    async with served.wallet.database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(LIMITS.change)) or 0)


async def test_a_limit_holds_at_once_and_a_higher_one_after_its_confirmation(served: ServedWallet) -> None:
    """The page reads when it can be confirmed, and until when."""
    first = await limit(served, "DEPOSIT_DAY", 5_000)
    assert first["errors"] == []
    [shown] = first["limits"]
    assert shown["amount"] == {"minor": 5_000, "currency": "GBP", "display": "£50.00"}
    assert (shown["used"], shown["until"]) == ({"minor": 0}, (NOW + DAY).isoformat())
    [shown] = (await limit(served, "DEPOSIT_DAY", 9_000))["limits"]
    assert (shown["amount"]["minor"], shown["pending"]) == (5_000, {"minor": 9_000, "currency": "GBP"})
    assert shown["pendingFrom"] == (NOW + DAY).isoformat()
    assert shown["pendingUntil"] == (NOW + 8 * DAY).isoformat()
    early = await limit(served, "DEPOSIT_DAY", 9_000)
    assert [code for code, _ in errors(early)] == ["PENDING"]
    assert early["limits"] == [shown]
    served.clock.advance(DAY)
    confirmed = await limit(served, "DEPOSIT_DAY", 9_000)
    assert (confirmed["errors"], confirmed["limits"][0]["amount"]["minor"]) == ([], 9_000)
    assert confirmed["limits"][0]["pendingFrom"] is None


async def test_a_limit_ends_as_it_becomes_higher(served: ServedWallet) -> None:
    """Without an amount; it shows from when on, and no amount."""
    await limit(served, "STAKE_BET", 500)
    [shown] = (await limit(served, "STAKE_BET", None))["limits"]
    assert (shown["pending"], shown["pendingFrom"]) == (None, (NOW + DAY).isoformat())
    served.clock.advance(DAY)
    given = {"kind": "STAKE_BET", "currency": "GBP"}
    assert await ask(served, "setLimit", **given) == {
        "errors": [], "limits": [], "prompts": ["FIRST_DEPOSIT"],
    }  # fmt: skip


async def test_what_is_used_is_shown(served: ServedWallet) -> None:
    """Of what was paid in, and of what was lost."""
    await limit(served, "DEPOSIT_WEEK", 5_000)
    await limit(served, "LOSS_DAY", 2_000)
    standing = await served.wallet.standing_of(OWNER)
    async with served.wallet.database.write() as connection:
        claim = Claim(OWNER, "d-1", Act.DEPOSIT, 1_200, "GBP", NOW)
        assert (await served.wallet.claims.claim(connection, claim, standing)).allowed  # type: ignore[union-attr]
    await served.pay_in(OWNER, 1_200)
    assert await served.wallet.funds.reserve(stake("bet-1", 300)) == DONE
    shown = (await served.data(READ))["wallet"]["limits"]
    assert [(one["kind"], one["used"]) for one in shown] == [
        ("DEPOSIT_WEEK", {"minor": 1_200}),
        ("LOSS_DAY", {"minor": 300}),
    ]


async def test_a_session_counts_from_when_the_customer_signed_in(served: ServedWallet) -> None:
    """A token that was renewed since says both; one that says neither counts nothing."""
    payload = await ask(served, "setLimit", kind="SESSION_MINUTES", minutes=30, currency="GBP")
    assert [(one["minutes"], one["usedMinutes"]) for one in payload["limits"]] == [(30, None)]
    now = int(NOW.timestamp())
    for claims, used in (
        ({"iat": now - 45 * 60}, 45),
        ({"auth_time": now - 90 * 60, "iat": now - 60}, 90),
        ({"auth_time": "yesterday", "iat": now - 61}, 1),
        ({"auth_time": 10**30}, None),
        ({"auth_time": now + 60}, 0),
    ):
        headers = {"authorization": f"Bearer {make_token(**claims)}"}
        given = await served.subgraph.execute(READ, {}, None, headers)
        assert given["data"]["wallet"]["limits"][0]["usedMinutes"] == used, claims


async def test_a_break_stops_a_bet_and_is_shown(served: ServedWallet) -> None:
    """Of one product, that alone; it cannot be made shorter."""
    await served.pay_in(OWNER, 1_000)
    casino = await ask(served, "takeBreak", until=(NOW + 3 * DAY).isoformat(), product="CASINO")
    assert [(one["kind"], one["product"]) for one in casino["limits"]] == [("BREAK", "CASINO")]
    assert await served.wallet.funds.reserve(stake("bet-1", 100)) == DONE
    longer, shorter = NOW + 5 * DAY, NOW + 2 * DAY
    for until in (longer, shorter):
        payload = await ask(served, "takeBreak", until=until.isoformat())
        assert payload["errors"] == []
    assert [(one["until"], one["product"]) for one in payload["limits"]] == [
        (longer.isoformat(), None),
        ((NOW + 3 * DAY).isoformat(), "CASINO"),
    ]
    assert await served.wallet.funds.reserve(stake("bet-2", 100)) == refused(Why.COOLING_OFF)


async def test_a_self_exclusion_stops_bets_for_its_months(served: ServedWallet) -> None:
    """Shown until its end."""
    await served.pay_in(OWNER, 1_000)
    payload = await ask(served, "selfExclude", months=6)
    assert [(one["kind"], one["until"]) for one in payload["limits"]] == [
        ("EXCLUSION", "2026-09-25T11:00:00+00:00")
    ]
    assert await served.wallet.funds.reserve(stake("bet-1", 100)) == refused(Why.SELF_EXCLUDED)


async def test_a_break_that_only_messages_know_is_shown_and_told_again(served: ServedWallet) -> None:
    """As after an older backup of the wallet: a shorter break does not let others forget the exclusion."""
    until = NOW + 100 * DAY
    row = {"brand_id": BRAND, "customer_id": OWNER.customer, "kind": "EXCLUSION", "product": "", "since": NOW}
    async with served.wallet.database.write() as connection:
        await connection.execute(insert(REFERENCE.exclusion).values(row | {"ends_at": until}))
    assert [(one["kind"], one["until"]) for one in (await served.data(READ))["wallet"]["limits"]] == [
        ("EXCLUSION", until.isoformat())
    ]
    payload = await ask(served, "takeBreak", until=(NOW + 3 * DAY).isoformat())
    assert [one["kind"] for one in payload["limits"]] == ["BREAK", "EXCLUSION"]
    async with served.wallet.database.read() as connection:
        [fact] = await connection.scalars(select(OUTBOX.outbox.c.value))
    told = json.loads(fact)["exclusions"]
    assert sorted(one["kind"] for one in told) == ["BREAK", "EXCLUSION"]
    served.clock.advance(100 * DAY)
    assert (await served.data(READ))["wallet"]["limits"] == []


@pytest.mark.parametrize(
    ("name", "asked", "code", "message"),
    [
        ("setLimit", {"kind": "LOSS_DAY", "amountMinor": 1, "currency": "EUR"}, "WRONG_CURRENCY",
         "Your account is in GBP."),
        ("takeBreak", {"until": (NOW + DAY / 2).isoformat()}, "NOT_ALLOWED_HERE",
         "A break lasts 24 hours or longer."),
        ("takeBreak", {"until": "9999-12-31T23:59:59Z"}, "NOT_ALLOWED_HERE",
         "A break lasts 42 days at most. To stop for longer, exclude yourself."),
        ("takeBreak", {"until": "0001-01-01T00:00:00Z"}, "NOT_ALLOWED_HERE",
         "A break lasts 24 hours or longer."),
        ("selfExclude", {"months": 5}, "NOT_ALLOWED_HERE", "A self-exclusion lasts 6 months or longer."),
    ],
)  # fmt: skip
async def test_what_is_not_possible_is_refused_in_words(
    served: ServedWallet, name: str, asked: dict[str, Any], code: str, message: str
) -> None:
    """And nothing is written; the payload says how limits are."""
    await limit(served, "DEPOSIT_DAY", 5_000)
    payload = await ask(served, name, **asked)
    assert errors(payload) == [(code, message)]
    assert [one["kind"] for one in payload["limits"]] == ["DEPOSIT_DAY"]
    assert await changes(served) == 1


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("setLimit", {"kind": "BREAK", "amountMinor": 1, "currency": "GBP"}),
        ("setLimit", {"kind": "LOSS_DAY", "minutes": 5, "currency": "GBP"}),
        ("setLimit", {"kind": "SESSION_MINUTES", "amountMinor": 5, "currency": "GBP"}),
        ("setLimit", {"kind": "SESSION_MINUTES", "minutes": 0, "currency": "GBP"}),
        ("setLimit", {"kind": "LOSS_DAY", "amountMinor": -1, "currency": "GBP"}),
        ("setLimit", {"kind": "LOSS_DAY", "amountMinor": 2**53 - 1, "currency": "GBP"}),
        ("setLimit", {"kind": "LOSS_DAY", "amountMinor": 1.5, "currency": "GBP"}),
        ("setLimit", {"kind": "LOSS_DAY", "amountMinor": 2**53, "currency": "GBP"}),
        ("takeBreak", {"until": "2026-04-01T00:00:00"}),
        ("takeBreak", {"until": "2026-04-31T00:00:00Z"}),
        ("takeBreak", {"until": "0001-01-01T00:00:00+14:00"}),
        ("selfExclude", {"months": 0}),
        ("selfExclude", {"months": 601}),
        ("acknowledgePrompt", {"prompt": "FIRST_DEPOSIT"}),
        *((name, {**asked, "idempotencyKey": "two words"}) for name, asked in VALID.items()),
    ],
)
async def test_what_means_nothing_is_bad_input(
    served: ServedWallet, name: str, asked: dict[str, Any]
) -> None:
    """It is the page's fault, and no customer's."""
    assert codes(await answer(served, name, **asked)) == ["BAD_USER_INPUT"]
    assert await changes(served) == 0


@pytest.mark.parametrize(
    "field",
    [
        'setLimit(input: {brand: "", kind: LOSS_DAY, currency: "", idempotencyKey: "k", amountMinor: 0.5})',
        'takeBreak(input: {brand: "northbet", idempotencyKey: "k", until: "2026-04-31T00:00:00Z"})',
    ],
)
async def test_a_value_in_the_document_that_is_none_is_bad_input(served: ServedWallet, field: str) -> None:
    """As one in a variable is: no fault of ours is logged, and the answer says what is wrong."""
    given = await served.answer(f"mutation {{ {field} {{ errors {{ code }} }} }}")
    assert codes(given) == ["BAD_USER_INPUT"]
    assert "found" in given["errors"][0]["message"] or "DateTime" in given["errors"][0]["message"]
    assert await changes(served) == 0


@pytest.mark.parametrize("name", VALID)
async def test_nobody_changes_limits_without_a_session_of_the_brand(served: ServedWallet, name: str) -> None:
    """The payload says why, and shows nothing."""
    for owner, code in ((None, "UNAUTHENTICATED"), (Owner("southbet", OWNER.customer), "FORBIDDEN")):
        payload = (await answer(served, name, owner, **VALID[name]))["data"][name]
        assert [error["code"] for error in payload["errors"]] == [code]
        assert (payload["limits"], payload["prompts"]) == ([], [])
    assert await changes(served) == 0


@pytest.mark.parametrize("name", VALID)
async def test_a_brand_that_was_not_loaded_has_no_limits(served: ServedWallet, name: str) -> None:
    """As for reads."""
    stranger = Owner("southbet", OWNER.customer)
    refused_ = await answer(served, name, stranger, **VALID[name], brand="southbet")
    assert codes(refused_) == ["UNKNOWN_BRAND"]


@pytest.mark.parametrize("name", [name for name in VALID if name != "acknowledgePrompt"])
async def test_a_request_is_done_once_however_often_it_comes(served: ServedWallet, name: str) -> None:
    """Also when all come at once; another request under its key is refused."""
    asked = VALID[name] | {"idempotencyKey": "once"}
    payloads = await asyncio.gather(*(ask(served, name, **asked) for _ in range(4)))
    assert [payload["errors"] for payload in payloads] == [[]] * 4
    assert await changes(served) == 1
    other = await ask(
        served, "setLimit", kind="LOSS_DAY", amountMinor=7, currency="GBP", idempotencyKey="once"
    )
    assert errors(other) == [("IDEMPOTENCY_REUSED", "This key was used for another request. Send a new one.")]


async def test_who_wants_no_limit_is_not_asked_before_the_first_deposit(served: ServedWallet) -> None:
    """A limit is an answer, too."""
    assert (await served.data(READ))["wallet"]["prompts"] == ["FIRST_DEPOSIT"]
    assert (await ask(served, "declineLimit"))["prompts"] == []
    assert (await served.data(READ))["wallet"]["prompts"] == []


async def test_where_a_limit_is_required_nobody_declines_it(database_url: str) -> None:
    """In Denmark the question stays until there is one."""
    accounts = {OWNER: good_account(jurisdiction="DK", currency="DKK")}
    async with served_wallet(database_url, accounts=accounts) as served:
        payload = await ask(served, "declineLimit")
        assert errors(payload) == [("NOT_ALLOWED_HERE", "You need a deposit limit where you are.")]
        assert payload["prompts"] == ["FIRST_DEPOSIT"]
        given = {"kind": "DEPOSIT_DAY", "amountMinor": 100, "currency": "DKK"}
        assert (await ask(served, "setLimit", **given))["prompts"] == []


async def test_a_prompt_that_was_seen_is_due_again_after_its_interval(served: ServedWallet) -> None:
    """One that is not due is left alone: seeing it early does not move it."""
    await limit(served, "STAKE_BET", 5_000)
    await served.pay_in(OWNER, 1_000)
    assert (await ask(served, "acknowledgePrompt", prompt="REVIEW"))["errors"] == []
    assert await changes(served) == 1
    served.clock.advance(184 * DAY)
    await served.wallet.funds.reserve(stake("bet-1", 100))
    assert (await served.data(READ))["wallet"]["prompts"] == ["FIRST_DEPOSIT", "REVIEW"]
    assert (await ask(served, "acknowledgePrompt", prompt="REVIEW"))["prompts"] == ["FIRST_DEPOSIT"]
    served.clock.advance(184 * DAY)
    await served.wallet.funds.reserve(stake("bet-2", 100))
    assert "REVIEW" in (await served.data(READ))["wallet"]["prompts"]
