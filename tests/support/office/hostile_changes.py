"""How each change of the admin graph that takes a text is sent so that it is accepted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.support.office.office_client import OfficeClient
from tests.support.office.stack import ANN, CAT

APPROVE: Final = "mutation Approve($input: ApproveInput!) { approve(input: $input) { id } }"
CUSTOMER: Final = f"northbet:{CAT}"
REWARD: Final = "bb-50"
PROVIDER: Final = "simulated-wallet"
SUBMITTED: Final = "50% boost"
"""The title of the text that is submitted, which lint has let through."""

TEXTS: Final = "input.document.texts"
BUDGET: Final = {"brand": "northbet", "currency": "GBP"}
ITEM: Final[dict[str, Any]] = {"brand": "northbet", "rewardId": REWARD}


@dataclass
class Clerks:
    """Who sends the changes, and what came of those before.

    Attributes:
        everybody: A person with all roles.
        others: People who approve what the first one proposes, by the kind of what they approve.
        found: The data of each change that was accepted, by its name.
    """

    everybody: OfficeClient
    others: Mapping[str, OfficeClient]
    found: dict[str, Any] = field(default_factory=dict)

    def ask(self, query: str) -> dict[str, Any]:
        """Read from the graph."""
        return self.everybody.ask(query)

    def approve(self, proposal: str, who: str = "deputy") -> None:
        """Let another person approve a proposal."""
        shown = self.ask(f'{{ approval(id: "{proposal}") {{ id contentHash }} }}')["approval"]
        given = {"proposalId": shown["id"], "contentHash": shown["contentHash"]}
        self.others[who].ask(
            "mutation A($input: ApproveInput!) { approve(input: $input) { id } }", input=given
        )


@dataclass(frozen=True)
class Change:
    """How a change is sent so that it is accepted.

    Attributes:
        arguments: The arguments, of which no text is hostile.
        stored: The paths of the arguments that are stored as they were written; all others are refused
            if they have a hostile text.
        hidden: Those of them that no screen shows.
        by: Who sends it, if it is not the person with all roles.
    """

    arguments: Callable[[Clerks], dict[str, Any]]
    stored: tuple[str, ...] = ("input.reason",)
    hidden: tuple[str, ...] = ()
    by: str = ""


def given(stored: tuple[str, ...] = ("input.reason",), hidden: tuple[str, ...] = (), **values: Any) -> Change:
    """Return a change whose arguments are known beforehand."""
    return Change(lambda _: {"input": dict(values)}, stored, hidden)


def reason(**values: Any) -> Change:
    """Return a change with a reason."""
    return given(**values, reason="a reason")


def item_version(clerks: Clerks) -> int:
    """Return the version of the item of content."""
    query = f'{{ contentItem(brand: "northbet", rewardId: "{REWARD}") {{ version }} }}'
    version: int = clerks.ask(query)["contentItem"]["version"]
    return version


def document(**texts: str) -> dict[str, Any]:
    """Return a document that may be published, or what the texts make of it."""
    good = {
        "locale": "en-GB",
        "title": "50% bet boost",
        "summary": "50% more winnings on one bet.",
        "significantTerms": "Use within 7 days on one bet. Greatest stake £10. 18+.",
        "termsUrl": "https://northbet.example/club/terms/bb-50",
    }
    return {"position": 6, "eligibleGames": [], "texts": [good | texts]}


SAVE: Final = "mutation Save($input: SaveContentInput!) { saveContent(input: $input) { version } }"
PROPOSAL_OF_ITEM: Final = (
    f'{{ contentItem(brand: "northbet", rewardId: "{REWARD}") {{ open {{ proposal {{ id }} }} version }} }}'
)
PUBLISH: Final = "mutation P($input: ContentStepInput!) { publishContent(input: $input) { version } }"


def submitted(clerks: Clerks) -> dict[str, Any]:
    """Write a draft that lint lets through, and return what submits it."""
    clean = {**ITEM, "expectedVersion": item_version(clerks), "document": document(title=SUBMITTED)}
    clerks.everybody.ask(SAVE, input=clean)
    return {"input": {**ITEM, "expectedVersion": item_version(clerks), "reason": "a reason"}}


def rolled_back(clerks: Clerks) -> dict[str, Any]:
    """Publish what was submitted, once: then customers do not see the first revision any more."""
    item = clerks.ask(PROPOSAL_OF_ITEM)["contentItem"]
    clerks.approve(item["open"]["proposal"]["id"], "approver")
    clerks.everybody.ask(PUBLISH, input={**ITEM, "expectedVersion": item_version(clerks)})
    wanted = {**ITEM, "expectedVersion": item_version(clerks), "toRevision": 1, "reason": "a reason"}
    return {"input": wanted}


def scheme(clerks: Clerks) -> dict[str, Any]:
    """Return the next version of the brand's only scheme."""
    asked = '{ schemeVersions(brand: "northbet") { version } }'
    versions = [scheme_version["version"] for scheme_version in clerks.ask(asked)["schemeVersions"]]
    today = datetime.now(ZoneInfo("Europe/London")).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today + timedelta(days=28 - today.weekday())
    return {
        "jurisdiction": "GB",
        "currency": "GBP",
        "version": max(versions) + 1,
        "qualifyingProduct": "betting",
        "targetMinor": 2500,
        "minStakeMinor": 100,
        "minOddsMilli": 1500,
        "betTypes": ["single", "multiple"],
        "channels": ["sports"],
        "defaultRewardId": "fb-5",
        "graceMinutes": 720,
        "effectiveFrom": monday.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "terms": {
            "version": "2027-1",
            "summary": "Stake £25. 18+.",
            "url": "https://northbet.example/club/terms",
        },
    }


def proposed_scheme(clerks: Clerks) -> dict[str, Any]:
    """Return a proposal of the next version."""
    return {"input": {"brand": "northbet", "scheme": scheme(clerks), "reason": "a reason"}}


def tried_scheme(clerks: Clerks) -> dict[str, Any]:
    """Return a dry run of the next version."""
    return {"input": {"brand": "northbet", "scheme": scheme(clerks), "idempotencyKey": "a key"}}


def brand(clerks: Clerks) -> dict[str, Any]:
    """Return a brand as it is, with all its colours."""
    asked = '{ operatedBrand(id: "lagunabet") { revision name defaultLocale locales'
    operated_brand = clerks.ask(f"{asked} theme {{ token light dark }} }} }}")["operatedBrand"]
    return {"input": {**operated_brand, "brand": "lagunabet", "reason": "a reason"}}


def configuration(clerks: Clerks) -> dict[str, Any]:
    """Return a provider as it is."""
    parts = (
        "position adapter url secret kinds brands currencies limitMinor inFlight timeoutSeconds attempts "
        "pauseSeconds breakerFailures breakerRestSeconds keyHours learns pollMinutes enabled"
    )
    asked = f'{{ provider(id: "{PROVIDER}") {{ revision configuration {{ {parts} }} }} }}'
    provider = clerks.ask(asked)["provider"]
    wanted = {"name": PROVIDER, **provider["configuration"], "inFlight": 7}
    return {"input": {"revision": provider["revision"], "configuration": wanted, "reason": "a reason"}}


def former_provider(clerks: Clerks) -> dict[str, Any]:
    """Put what was proposed in force; the revision before can then be proposed again."""
    clerks.approve(clerks.found["submitProvider"])
    asked = f'{{ provider(id: "{PROVIDER}") {{ revision }} }}'
    seen = clerks.ask(asked)["provider"]["revision"]
    return {"input": {"provider": PROVIDER, "revision": seen - 1, "seen": seen, "reason": "a reason"}}


BOARD_ENTRY: Final[dict[str, Any]] = {
    "brand": "northbet",
    "scope": "SPORT",
    "entry": "football",
    "reason": "a reason",
}
NAMED: Final = {"names": [{"locale": "en-GB", "name": "Soccer"}]}


def placed_entry(clerks: Clerks) -> dict[str, Any]:
    """Put what was proposed on the board, from which it can then be removed."""
    clerks.approve(clerks.found["proposeBoardEntry"], "approver")
    return {"input": {**BOARD_ENTRY, "revision": 1}}


def former_entry(clerks: Clerks) -> dict[str, Any]:
    """Remove what was on the board; it can then be proposed again."""
    clerks.approve(clerks.found["removeBoardEntry"], "approver")
    return {"input": {**BOARD_ENTRY, "revision": 1, "seen": 2}}


def broken_letter(clerks: Clerks) -> dict[str, Any]:
    """Return a dead letter that can never be applied."""
    asked = '{ deadLetters(app: "progress", first: 100) { nodes { id value } } }'
    letters = clerks.ask(asked)["deadLetters"]["nodes"]
    broken = next(letter["id"] for letter in letters if letter["value"].startswith("{broken"))
    return {"input": {"letter": broken, "reason": "a reason"}}


def account(clerks: Clerks) -> dict[str, Any]:
    """Return the account that was added, as it is."""
    user = clerks.found["addUser"]["user"]["id"]
    revision = clerks.ask(f'{{ user(id: "{user}") {{ revision }} }}')["user"]["revision"]
    return {"input": {"userId": user, "revision": revision, "reason": "a reason"}}


def account_roles(clerks: Clerks) -> dict[str, Any]:
    """Return other roles of the account that was added."""
    roles = [{"brand": "northbet", "role": "VIEWER"}]
    return {"input": {**account(clerks)["input"], "roles": roles}}


def account_reset(clerks: Clerks) -> dict[str, Any]:
    """Return the account whose credentials are replaced."""
    return {"input": {"userId": clerks.found["addUser"]["user"]["id"], "reason": "a reason"}}


def week() -> dict[str, Any]:
    """Return the week of the brand's that is open."""
    iso = datetime.now(ZoneInfo("Europe/London")).isocalendar()
    return {"brand": "northbet", "isoWeek": f"{iso.year}-W{iso.week:02}", "reason": "a reason"}


def adjustment() -> dict[str, Any]:
    """Return an adjustment of the open week."""
    iso_week = week()["isoWeek"]
    values = {"customer": f"northbet:{ANN}", "isoWeek": iso_week, "amountMinor": 100}
    return {"input": {**values, "reason": "a reason"}}


def goodwill(clerks: Clerks) -> dict[str, Any]:
    """Put the budget that was proposed in force, and return a credit."""
    clerks.approve(clerks.found["setGoodwillBudget"]["proposalId"], "risk")
    reward = clerks.ask(f'{{ goodwillOffer(customer: "{CUSTOMER}") {{ rewards {{ id }} }} }}')
    offered = reward["goodwillOffer"]["rewards"][0]["id"]
    values = {"customer": CUSTOMER, "reward": offered, "cause": "SERVICE_FAULT"}
    return {"input": {**values, "reason": "a reason"}}


def betting_terms(clerks: Clerks) -> dict[str, Any]:
    """Return terms of bets, after what was decided before."""
    revision = clerks.ask('{ tradingRules(brand: "northbet") { revision } }')["tradingRules"]["revision"]
    stakes = [{"currency": "GBP", "minimumMinor": 10, "maximumMinor": 1_000_000}]
    values = {"brand": "northbet", "stakes": stakes, "revision": revision}
    return {"input": {**values, "reason": "a reason"}}


def rejected(clerks: Clerks) -> dict[str, Any]:
    """Return what rejects the adjustment that was proposed."""
    return {"input": {"proposalId": clerks.found["proposeAdjustment"]["proposalId"], "reason": "a reason"}}


def hold(clerks: Clerks) -> dict[str, Any]:
    """Return what lifts the hold that was put."""
    return {"input": {"holdId": clerks.found["putLegalHold"]["id"], "reason": "a reason"}}


IDS: Final[tuple[str, ...]] = ()
CHANGES: Final[Mapping[str, Change]] = {
    "submitContent": Change(submitted),
    "rollBackContent": Change(rolled_back),
    "saveContent": Change(
        lambda clerks: {"input": {**ITEM, "expectedVersion": item_version(clerks), "document": document()}},
        stored=(
            "input.document.eligibleGames",
            *(f"{TEXTS}.{name}" for name in ("title", "summary", "significantTerms", "termsUrl")),
            *(f"{TEXTS}.{name}" for name in ("imageUrl", "imageAlt")),
        ),
    ),
    "withdrawContent": given(IDS, **ITEM, expectedVersion=0),
    "publishContent": given(IDS, **ITEM, expectedVersion=0),
    "scheduleContent": given(IDS, **ITEM, expectedVersion=0, at="2027-01-01T09:00"),
    "unscheduleContent": given(IDS, **ITEM, expectedVersion=0),
    "uploadContentImage": given(IDS, brand="northbet", file="aGk="),
    "proposeScheme": Change(
        proposed_scheme,
        stored=("input.scheme.terms.version", "input.scheme.terms.summary", "input.reason"),
    ),
    "startDryRun": Change(
        tried_scheme,
        stored=("input.scheme.terms.version", "input.scheme.terms.summary"),
        hidden=("input.scheme.terms.version", "input.scheme.terms.summary"),
    ),
    "setRiskBudget": reason(brand="northbet", reward="fb-5", rewards=9000),
    "changeBrand": Change(brand, stored=("input.name", "input.reason")),
    "submitProvider": Change(configuration),
    "submitAdapter": reason(
        revision=1,
        configuration={
            "adapter": "stats",
            "settings": {"url": "https://stats.example", "answer_seconds": 10, "poll_seconds": 20},
        },
    ),
    "rollBackProvider": Change(former_provider),
    "proposeBoardEntry": given(
        ("input.placements.names.name", "input.reason"), **BOARD_ENTRY, revision=0, placements=[NAMED]
    ),
    "proposeLobby": given(
        ("input.sections.names.name", "input.reason"),
        brand="northbet",
        revision=0,
        sections=[{"id": "all", "names": [{"locale": "en-GB", "name": "All"}], "rule": {"by": "all"}}],
        reason="a reason",
    ),
    "removeBoardEntry": Change(placed_entry),
    "rollBackBoardEntry": Change(former_entry),
    "openWeek": Change(lambda _: {"input": week()}),
    "proposeCloseWeek": Change(lambda _: {"input": week()}),
    "decideMatch": given(
        IDS, waiting="none", candidate="none", verdict="SAME", version="none", reason="a reason"
    ),
    "undoMatchDecision": given(IDS, decision="none", version="none", reason="a reason"),
    "setKillSwitch": reason(brand="lagunabet", off=True),
    "setProviderSwitch": reason(provider=PROVIDER, off=True),
    "changeRewardStatus": reason(brand="northbet", reward="cash-2", version=1, action="PAUSE"),
    "replayDeadLetter": Change(broken_letter, hidden=("input.reason",)),  # a dry run leaves no trace
    "replayDeadLetters": given(("input.topic", "input.reason"), app="progress", reason="a reason"),
    "forgetNode": given(IDS, node="none", reason="a reason"),
    "addUser": given(
        ("input.login", "input.name", "input.reason"),
        login="someone",
        name="Someone",
        roles=[{"brand": "northbet", "role": "EDITOR"}],
        reason="a reason",
    ),
    "setRoles": Change(account_roles),
    "disableUser": Change(account),
    "enableUser": Change(account),
    "resetUser": Change(account_reset),
    "setGoodwillBudget": Change(
        lambda _: {"input": {**BUDGET, "amountMinor": 60000, "reason": "a reason"}}, by="deputy"
    ),
    "proposeGoodwill": Change(goodwill),
    "proposeAdjustment": Change(lambda _: adjustment()),
    "proposeCorrection": given(
        (),
        correction={"customer": CUSTOMER, "currency": "GBP", "amountMinor": 500, "credit": ""},
        reason="a reason",
    ),
    "proposePayoutRelease": given((), currency="GBP", reason="a reason"),
    "proposeWithdrawalDecision": given((), withdrawal="none", decision="APPROVE", reason="a reason"),
    "proposeRefund": given((), payment="none", charge="none", amountMinor=1, reason="a reason"),
    "closePaymentCase": given((), case="none", finding="a finding"),
    "closeFinancialCheck": given((), customer=CUSTOMER, dueAt="2026-11-28T12:00:00Z", finding="a finding"),
    "proposeLateBet": given((), lateBet="none", reason="a reason"),
    "rejectLateBet": given((), lateBet="none", reason="a reason"),
    "retryHeldReward": given((), heldReward="none", reason="a reason"),
    "creditHeldReward": given((), heldReward="none", reference="none", reason="a reason"),
    "suspendBetting": reason(brand="northbet", scope="SPORT", target="darts", suspended=True),
    "limitBetting": reason(brand="northbet", scope="SPORT", target="darts", currency="GBP", stakeMinor=100),
    "setBettingTerms": Change(betting_terms),
    "setCustomerFactor": reason(customer=CUSTOMER, factorMilli=500),
    "proposeBetVoid": given((), bet="none", reason="a reason"),
    "proposeVoid": given((), brand="northbet", scope="MARKET", target="none", reason="a reason"),
    "reject": Change(rejected, by="deputy"),
    "exportCustomer": reason(customer=CUSTOMER),
    "putLegalHold": reason(customer=CUSTOMER),
    "liftLegalHold": Change(hold),
    "proposeErasure": reason(customer=CUSTOMER),
    "endSession": Change(lambda _: {"id": "none"}, IDS),
    "approve": given(IDS, proposalId="none", contentHash="none"),
    "withdrawProposal": Change(lambda _: {"id": "none"}, IDS),
    "cancelJob": Change(lambda _: {"id": "none"}, IDS),
    "seeDecisions": Change(lambda _: {"newest": "none"}, IDS),
}
"""Each change that takes a text, in the order in which they are sent."""
