"""What the contracts of messages allow is decoded, and what a decoder refuses no contract allows."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.figures.cell_figures import decode_figures
from consumers.acknowledgements.message import decode_acknowledgement
from consumers.bets.messages import decode_result
from consumers.bets.trading_messages import decode_factor, decode_void
from consumers.events.messages import (
    decode_fixture,
    decode_market,
    decode_stats,
    decode_status,
    decode_video,
)
from consumers.fulfilment.messages import decode_goodwill, decode_published
from consumers.messages.accounts import decode_account
from consumers.messages.bet_states import decode_bet_state
from consumers.messages.customer_weeks import decode_choice, decode_qualification
from consumers.messages.exclusions import decode_exclusions
from consumers.messages.global_events.message import decode_global
from consumers.messages.memberships import decode_control_draw, decode_membership
from consumers.messages.schemes import decode_scheme, decode_week
from consumers.messages.served import decode_served
from consumers.progress.event_messages import decode_event_market, decode_offer
from consumers.progress.messages import decode_adjustment, decode_bet, decode_outcome
from consumers.rewards.messages import decode_reward_config
from consumers.stream.records import Record
from consumers.wallet.messages import decode_check, decode_correction, decode_payment, decode_release
from subgraphs.kit.records.global_state import GlobalKind
from tests.support.contract_cases import FEWER, Body, Case, Rule, in_order, keep_order
from tests.support.contract_messages import instant_of

LATEST: Final = datetime.max.replace(tzinfo=UTC)
LISTS: Final = ("sections", "groups")
CONTRACTS: Final = Path(__file__).parents[3] / "contracts"


def _schema(name: str) -> dict[str, Any]:
    return dict(json.loads((CONTRACTS / f"{name}.schema.json").read_text(encoding="utf-8")))


def _of_provider(
    name: str, *key: str, decode: Callable[[Record], Any], unread: frozenset[str] = frozenset()
) -> Case:
    """Return the case of a message of a provider's adapter."""
    whole = _schema(f"providers/{name}")
    contract = _inlined(whole, whole.get("$defs", {}))
    return Case(name, contract, _read(_joined("provider", *key), decode), unread=unread)


def _inlined(part: Any, shared: dict[str, Any]) -> Any:
    """Return a part of a contract with what it refers to in its place."""
    if isinstance(part, list):
        return [_inlined(member, shared) for member in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(shared[part["$ref"].removeprefix("#/$defs/")], shared)
    return {name: _inlined(member, shared) for name, member in part.items()}


def _joined(*names: str) -> Callable[[Body], str]:
    return lambda body: ":".join(_part(body[name]) for name in names)


def _part(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _bet_holds(body: Body) -> bool:
    is_part = body.get("channel") == "exchange" or body["counting_stake_minor"] <= body["stake_minor"]
    return is_part and in_order("placed_at", "occurred_at")(body)


def _keep_bet(body: Body) -> None:
    if body.get("channel") != "exchange":
        body["counting_stake_minor"] = min(body["counting_stake_minor"], body["stake_minor"])
    keep_order(body, "placed_at", "occurred_at")


def _week_holds(body: Body) -> bool:
    names = ("starts_at", "ends_at", "locks_at", "grace_until")
    starts, ends, locks, grace = (instant_of(body[name]) or LATEST for name in names)
    return starts < ends <= grace and locks <= ends


def _keep_week(body: Body) -> None:
    keep_order(body, "starts_at", "locks_at", "ends_at", "grace_until")
    if not _week_holds(body):  # all were the same
        body["starts_at"] = "2000-01-01T00:00:00.000000999Z"


def _reward_holds(body: Body) -> bool:
    reward = body.get("reward")
    if reward is None:
        return True
    match reward["kind"]:
        case "free_spins":
            return reward["spins"] is not None
        case "bet_boost":
            return True
        case _:
            return reward["kind"] in KINDS and reward["value_minor"] is not None


def _payment_key(body: Body) -> str:
    has_customer = body.get("customer_id") is not None
    return f"{body.get('brand_id')}:{body['customer_id']}" if has_customer else str(body["subject_id"])


def _payment_holds(body: Body) -> bool:
    return (body.get("brand_id") is None) is (body.get("customer_id") is None)


def _keep_payment(body: Body) -> None:
    if not _payment_holds(body):
        body["brand_id"] = body["customer_id"] = None


KINDS: Final = _schema("club.reward-config.v1")["properties"]["kind"]["enum"]


def _keep_reward(body: Body) -> None:
    reward = body.get("reward")
    if reward is not None:
        reward["kind"] = KINDS[len(reward["reward_id"]) % len(KINDS)]
        reward["value_minor"] = reward["value_minor"] or 500
        reward["spins"] = reward["spins"] or 10


def _exclusions_hold(body: Body) -> bool:
    spans = [(instant_of(told["since"]), instant_of(told["until"])) for told in body["exclusions"]]
    return all((since or LATEST) < (until or LATEST) for since, until in spans)


def _keep_exclusions(body: Body) -> None:
    for told in body["exclusions"]:
        keep_order(told, "since", "until")
        if instant_of(told["since"]) == instant_of(told["until"]):
            told["since"] = "2000-01-01T00:00:00.000000999Z"
        if told["kind"] == "EXCLUSION":
            told["product"] = None


def _scheme_holds(body: Body) -> bool:
    brand, trial = body["brand"], (body.get("trial_reward_id"), body.get("trial_per_mille", 0))
    try:
        ZoneInfo(brand["time_zone"])
    except (LookupError, ValueError, OSError):
        return False
    return (
        brand["default_locale"] in brand["locales"]
        and brand["default_jurisdiction"] in brand["jurisdictions"]
        and brand["default_currency"] in brand["currencies"]
        and body["jurisdiction"] in brand["jurisdictions"]
        and body["currency"] in brand["currencies"]
        and (trial[0] is None) == (trial[1] == 0)
        and (trial[0] is None or body["default_reward_id"] not in {None, trial[0]})
        and (body.get("events") is None or _names_events(body["events"]))
    )


def _names_events(scope: Body) -> bool:
    return any(scope.get(name) for name in ("sports", "competitions", "events"))


def _keep_scheme(body: Body) -> None:
    brand = body["brand"]
    brand["time_zone"] = ("Europe/London", "Asia/Kathmandu", "UTC")[len(brand["name"]) % 3]
    brand["default_locale"] = brand["locales"][0]
    body["jurisdiction"] = brand["default_jurisdiction"] = brand["jurisdictions"][0]
    body["currency"] = brand["default_currency"] = brand["currencies"][-1]
    if body.get("trial_reward_id") is None or body["default_reward_id"] in {None, body["trial_reward_id"]}:
        body["trial_reward_id"], body["trial_per_mille"] = None, 0
    else:
        body["trial_per_mille"] = body.get("trial_per_mille") or 7
    if body.get("events") is not None and not _names_events(body["events"]):
        body["events"]["sports"] = ["football"]


def _cell_holds(cell: Body | None) -> bool:
    return cell is None or cell["first"] <= cell["last"] < cell["of"]


def _keep_cell(cell: Body | None) -> None:
    if cell is not None:
        first, last, of = sorted((cell["first"], cell["last"], cell["of"]))
        cell.update(first=first, last=last, of=of + 1 if of < 2**53 - 1 else of)
        if not _cell_holds(cell):
            cell.update(first=0, last=0, of=1)


def _figures_hold(body: Body) -> bool:
    figures = body["figures"]
    return _cell_holds(body["cell"]) and (figures["brand"], figures["week"]["iso"]) == (
        body["brand_id"],
        body["iso_week"],
    )


def _keep_figures(body: Body) -> None:
    _keep_cell(body["cell"])
    body["figures"]["brand"], body["figures"]["week"]["iso"] = body["brand_id"], body["iso_week"]


def _subject(kind: str, state: Body) -> str:
    names: dict[str, Callable[[], str]] = {
        "content": lambda: (
            f"{state['reward_id']}:{state['locale']}:{_part(state['config_version'] or 'first')}"
        ),
        "budget": lambda: f"{state['reward_id']}:{state['iso_week'] or 'every-week'}",
        "allotment": lambda: f"{state['reward_id']}:{state['iso_week']}",
        "reward_status": lambda: f"{state['reward_id']}:{_part(state['config_version'])}",
        "switch": lambda: "brand" if state["scope"] == "brand" else f"{state['scope']}:{state['name']}",
        "brand": lambda: "facts",
        "board": lambda: "facts",
        "provider": lambda: str(state["name"]),
        "match": lambda: blake2b(" ".join(_offers(state)).encode(), digest_size=16).hexdigest(),
        "adapter": lambda: str(state["name"]),
        "trading": lambda: "facts",
        "void": lambda: f"{state['scope']}:{state['id']}",
        "lobby": lambda: "facts",
    }
    return names[kind]()


def _offers(state: Body) -> list[str]:
    return [f"{state[one]['provider']}:{state[one]['sports_event_id']}" for one in ("first", "second")]


def _is_for_all(kind: str, state: Body) -> bool:
    return kind in {"provider", "match", "adapter"} or (kind == "switch" and state["scope"] == "provider")


def _by_provider(offer: Body) -> tuple[str, str]:
    return offer["provider"], offer["sports_event_id"]


def _global_holds(body: Body) -> bool:
    state, kind = body["state"], body["kind"]
    if kind not in {one.value for one in GlobalKind}:  # a newer version knows it
        return True
    extra: dict[str, Callable[[], bool]] = {
        "switch": lambda: (state["scope"] == "brand") != bool(state["name"]),
        "brand": lambda: state["default_locale"] in state["locales"],
        "allotment": lambda: all(
            share["first"] <= share["last"] and share["rewards"] <= share["held"] for share in state["shares"]
        ),
        "match": lambda: state["first"]["provider"] < state["second"]["provider"],
        "board": lambda: _board_holds(state),
        "trading": lambda: _trading_holds(state),
        "lobby": lambda: _lobby_holds(state),
    }
    return (
        extra.get(kind, lambda: True)()
        and body["subject"] == _subject(kind, state)
        and (body["brand_id"] == "*") == _is_for_all(kind, state)
    )


def _board_holds(state: Body) -> bool:
    named = {(entry["scope"], entry["id"]) for entry in state["entries"]}
    placements = (placement for entry in state["entries"] for placement in entry["placements"])
    spans = [
        (instant_of(placement.get("since")), instant_of(placement.get("until"))) for placement in placements
    ]
    return len(named) == len(state["entries"]) and all(
        since < until for since, until in spans if since is not None and until is not None
    )


def _targets(state: Body) -> list[Body]:
    return [*state["suspended"], *state["limits"]]


def _trading_keys(state: Body) -> list[list[tuple[str, ...]]]:
    suspended: list[tuple[str, ...]] = [(entry["scope"], entry["id"]) for entry in state["suspended"]]
    limits: list[tuple[str, ...]] = [
        (entry["scope"], entry["id"], entry["currency"]) for entry in state["limits"]
    ]
    return [suspended, limits, [(entry["currency"],) for entry in state["stakes"]]]


def _trading_holds(state: Body) -> bool:
    return (
        all((target["scope"] == "brand") != bool(target["id"]) for target in _targets(state))
        and all(len(set(keys)) == len(keys) for keys in _trading_keys(state))
        and all(
            limit["stake_minor"] is not None or limit["liability_minor"] is not None
            for limit in state["limits"]
        )
        and all(stakes["minimum_minor"] <= stakes["maximum_minor"] for stakes in state["stakes"])
    )


def _keep_trading(state: Body) -> None:
    for target in _targets(state):
        target["id"] = "" if target["scope"] == "brand" else (target["id"] or "football")
    for limit in state["limits"]:
        if limit["liability_minor"] is None:
            limit["stake_minor"] = limit["stake_minor"] or 0
    for stakes in state["stakes"]:
        least, most = sorted((stakes["minimum_minor"], stakes["maximum_minor"]))
        stakes["minimum_minor"], stakes["maximum_minor"] = least, most
    for name, keys in zip(("suspended", "limits", "stakes"), _trading_keys(state), strict=True):
        state[name] = list(dict(zip(keys, state[name], strict=True)).values())


def _listed_games(state: Body) -> list[Body]:
    return [*state.get("sections", ()), *state.get("groups", ())]


def _lobby_holds(state: Body) -> bool:
    rules = [one["rule"] for one in _listed_games(state) if one.get("rule")]
    spans = [
        (instant_of(one.get("since")), instant_of(one.get("until"))) for one in state.get("sections", ())
    ]
    return (
        all(len({one["id"] for one in state.get(name, ())}) == len(state.get(name, ())) for name in LISTS)
        and all(bool(one.get("games")) != bool(one.get("rule")) for one in _listed_games(state))
        and all(len(set(one.get("games", ()))) == len(one.get("games", ())) for one in _listed_games(state))
        and all(bool(rule.get("value")) == (rule["by"] in {"tag", "provider"}) for rule in rules)
        and all(since < until for since, until in spans if since is not None and until is not None)
    )


def _keep_lobby(state: Body) -> None:
    for name in LISTS:
        if name in state:
            state[name] = list({one["id"]: one for one in state[name]}.values())
    for one in _listed_games(state):
        games, rule = list(dict.fromkeys(one.get("games", ()))), one.get("rule")
        if not games and not rule:
            games = ["abcdefgh234567ab"]
        one["games"], one["rule"] = ([], rule) if rule else (games, None)
        if rule:
            rule["value"] = (rule.get("value") or "fruit") if rule["by"] in {"tag", "provider"} else ""
        if one.get("since") and one.get("until"):
            one["until"] = None


def _keep_global(body: Body) -> None:
    state, kind = body["state"], body["kind"]
    if kind == "switch":
        state["name"] = "" if state["scope"] == "brand" else (state["name"] or "fb-5")
    if kind == "brand":
        state["default_locale"] = state["locales"][0]
    for share in state["shares"] if kind == "allotment" else ():
        share["first"], share["last"] = sorted((share["first"], share["last"]))
        share["rewards"], share["held"] = sorted((share["rewards"], share["held"]))
    if kind == "match":
        state["first"], state["second"] = sorted((state["first"], state["second"]), key=_by_provider)
        if state["first"]["provider"] == state["second"]["provider"]:
            state["first"]["provider"], state["second"]["provider"] = "exchange", "feed"
    if kind == "board":
        state["entries"] = list({(entry["scope"], entry["id"]): entry for entry in state["entries"]}.values())
        for placement in (placement for entry in state["entries"] for placement in entry["placements"]):
            if placement.get("since") and placement.get("until"):
                placement["until"] = None
    {"trading": _keep_trading, "lobby": _keep_lobby}.get(kind, len)(state)
    body["brand_id"] = "*" if _is_for_all(kind, state) else body["brand_id"].replace("*", "b")
    body["subject"] = _subject(kind, state)


def _global_cases() -> list[Case]:
    whole = _schema("club.global.v1")
    key, rule = _joined("brand_id", "kind", "subject"), Rule(_global_holds, _keep_global)
    found = []
    for part in whole["allOf"]:
        kind = part["if"]["properties"]["kind"]
        properties = {**whole["properties"], "kind": kind, "state": part["then"]["properties"]["state"]}
        schema = {**whole, "properties": properties, "allOf": []}
        read = _read(key, decode_global)
        found.append(Case(f"club.global.v1-{kind['const']}", whole, read, rule, form=schema))
    return found


ANY: Final = Rule()
CUSTOMER: Final = _joined("brand_id", "customer_id")
CELLS: Final = _schema("club.cells.v1")["$defs"]
REWARD: Final = Rule(_reward_holds, _keep_reward)
OLDER_OUTCOMES: Final = frozenset(
    {"fulfilment_status", "reason", "flag", "credited_at", "expires_at", "reference"}
)
UNREAD_MARKET: Final = frozenset({"starts_at", "winners", "runners"})
"""Runners have sizes and lay prices that nobody reads."""

OLDER_REPORTS: Final = frozenset({"calls", "circuit", "due", "revision", "worker"})
"""Of a provider, about which older nodes reported less."""

UNREAD_OUTCOMES: Final = frozenset({"reward_id", "config_version"})


def _case(
    name: str, key: Callable[[Body], str], decode: Callable[[Record], Any], rule: Rule = ANY, **more: Any
) -> Case:
    return Case(name, _schema(name), _read(key, decode), rule, **more)


def _read(key: Callable[[Body], str], decode: Callable[[Record], Any]) -> Callable[[Body, str], Any]:
    def read(body: Body, text: str) -> Any:
        try:
            written_key = key(body)
        except (KeyError, TypeError):  # the decoder misses it, too
            written_key = ""
        return decode(Record("topic", 0, 0, written_key.encode(), text.encode()))

    return read


CASES: Final = [
    _case("club.progress.v1", CUSTOMER, decode_bet, rule=Rule(_bet_holds, _keep_bet)),
    _case("club.account-status.v1", CUSTOMER, decode_account),
    _case("club.adjustment.v1", CUSTOMER, decode_adjustment),
    _case("club.control.v1", CUSTOMER, decode_control_draw),
    _case("club.choice.v1", CUSTOMER, decode_choice, rule=REWARD),
    _case("club.goodwill.v1", CUSTOMER, decode_goodwill, rule=REWARD),
    _case("club.membership.v1", CUSTOMER, decode_membership),
    _case(
        "wallet.exclusion.v1",
        CUSTOMER,
        decode_exclusions,
        rule=Rule(_exclusions_hold, _keep_exclusions),
    ),
    _case("club.qualification.v1", CUSTOMER, decode_qualification),
    _case(
        "club.outcomes.v1",
        CUSTOMER,
        decode_published,
        rule=REWARD,
        unread=UNREAD_OUTCOMES,
        added=OLDER_OUTCOMES | {"fulfilment_state"},
    ),
    Case(
        "club.outcomes.v1-state",
        _schema("club.outcomes.v1"),
        _read(CUSTOMER, decode_outcome),
        unread=UNREAD_OUTCOMES | OLDER_OUTCOMES | {"fulfilment_state", "provider", "sent_at", "reward"},
    ),
    _case("club.reward-config.v1", _joined("brand_id", "reward_id", "config_version"), decode_reward_config),
    _case(
        "club.scheme.v1",
        _joined("brand_id", "jurisdiction", "currency", "version"),
        decode_scheme,
        rule=Rule(_scheme_holds, _keep_scheme),
    ),
    _case(
        "club.week.v1",
        _joined("brand_id", "iso_week", "jurisdiction", "currency"),
        decode_week,
        rule=Rule(_week_holds, _keep_week),
    ),
    _case(
        "club.served.v1",
        _joined("brand_id", "process"),
        decode_served,
        rule=Rule(in_order("since", "occurred_at"), lambda body: keep_order(body, "since", "occurred_at")),
    ),
    Case(
        "club.cells.v1-acknowledgement",
        CELLS["acknowledgement"],
        _read(_joined("node", "kind", "part"), decode_acknowledgement),
        Rule(lambda body: _cell_holds(body.get("cell")), lambda body: _keep_cell(body.get("cell"))),
        added=OLDER_REPORTS,
    ),
    Case(
        "club.cells.v1-figures",
        CELLS["figures"],
        _read(
            lambda body: f"{body['cell']['name']}:{body['kind']}:{body['brand_id']}:{body['iso_week']}",
            decode_figures,
        ),
        Rule(_figures_hold, _keep_figures),
    ),
    *_global_cases(),
    _case("wallet.correction.v1", CUSTOMER, decode_correction),
    _case("wallet.check.v1", CUSTOMER, decode_check),
    _case("bet.factor.v1", CUSTOMER, decode_factor),
    _case("bet.void.v1", CUSTOMER, decode_void),
    _case("wallet.release.v1", _joined("currency"), decode_release),
    _case("wallet.payment.v1", _payment_key, decode_payment, rule=Rule(_payment_holds, _keep_payment)),
    _case("bet.state.v1", CUSTOMER, decode_bet_state, rule=Rule(_bet_holds, _keep_bet)),
    _case("event.offer.v1", _joined("offer_id"), decode_offer),
    _case("event.market.v1", _joined("market_id"), decode_event_market),
    _case("event.result.v1", _joined("market_id"), decode_result),
    _of_provider("provider.fixture.v1", "sports_event_id", decode=decode_fixture),
    _of_provider("provider.market.v1", "market_id", decode=decode_market, unread=UNREAD_MARKET),
    _of_provider("provider.stats.v1", "sports_event_id", decode=decode_stats),
    _of_provider("provider.video.v1", "sports_event_id", decode=decode_video),
    _of_provider("provider.status.v1", decode=decode_status, unread=frozenset({"items", "configuration"})),
]
each_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


OF_OTHERS = {"wallet.notice.v1"}
"""Contracts of messages that nothing of ours reads: who sends mail does."""


def test_every_contract_has_its_decoders_here() -> None:
    """A new contract of messages must be added to the cases, unless only others read it."""
    files = (*CONTRACTS.glob("*.schema.json"), *CONTRACTS.glob("providers/*.schema.json"))
    contracts = {path.name.removesuffix(".schema.json") for path in files}
    assert contracts - OF_OTHERS == {case.name.partition(".v1")[0] + ".v1" for case in CASES}


@each_case
@FEWER
@given(data=st.data())
def test_what_a_contract_allows_is_decoded(case: Case, data: st.DataObject) -> None:
    """However its numbers are spelled; and it means what the plainest spelling means."""
    case.check_allowed(data)


@each_case
@FEWER
@given(data=st.data())
def test_a_changed_message_is_decoded_if_the_contract_allows_it(case: Case, data: st.DataObject) -> None:
    """A decoder refuses only what the contract forbids, and takes only what it allows or does not read."""
    case.check_changed(data)
