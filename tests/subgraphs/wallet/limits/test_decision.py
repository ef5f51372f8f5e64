"""May this happen now? Decided from a snapshot alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.domain.products import Product
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.wallet.limits.acts import PLAYS, STOPPED, Act
from subgraphs.wallet.limits.breaks import AccountState, Break, BreakKind
from subgraphs.wallet.limits.decision import ALLOWED, Decision, Snapshot, Usage, decide
from subgraphs.wallet.limits.frames import Span
from subgraphs.wallet.limits.limit import DEPOSITS, Limit, LimitKind
from subgraphs.wallet.limits.rule_rows import RULES
from subgraphs.wallet.limits.rules import Rules

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GB, DK = (Rules.of(RULES, place, NOW) for place in ("GB", "DK"))
MONEY = [kind for kind in LimitKind if kind is not LimitKind.SESSION_MINUTES]
AMOUNTS = st.dictionaries(
    st.sampled_from(MONEY), st.tuples(st.integers(0, 100), st.integers(-50, 120)), max_size=5
)


def snapshot(amounts: dict[LimitKind, tuple[int, int]], currency: str = "GBP", rules: Rules = GB) -> Snapshot:
    """Return limits with what is used of them."""
    limits = {kind: Limit(kind, amount, currency, NOW) for kind, (amount, _used) in amounts.items()}
    usage: dict[LimitKind, Usage] = {
        kind: Usage(used if kind is LimitKind.LOSS_DAY else max(used, 0), Span(NOW, NOW + DAY))
        for kind, (_amount, used) in amounts.items()
        if kind is not LimitKind.STAKE_BET
    }
    return Snapshot("GBP", rules, limits=limits, usage=usage)


@given(AMOUNTS, st.sampled_from(Act), st.integers(0, 200))
def test_money_moves_if_no_limit_is_exceeded(
    amounts: dict[LimitKind, tuple[int, int]], act: Act, minor: int
) -> None:
    """A deposit by its three limits, a stake by the loss and the stake of one bet; the rest by none."""
    asked = snapshot(amounts)
    kinds: tuple[LimitKind, ...] = DEPOSITS if act is Act.DEPOSIT else ()
    if act in PLAYS:
        kinds = (LimitKind.LOSS_DAY, LimitKind.STAKE_BET)
    exceeded = [
        kind
        for kind in kinds
        if kind in amounts and minor and minor + used_of(asked, kind) > amounts[kind][0]
    ]
    decision = decide(asked, act, NOW, amount_minor=minor)
    assert decision.allowed == (not exceeded)
    if exceeded:
        assert decision.code == PlatformErrorCode.LIMIT_REACHED
        assert decision.kind in exceeded
        assert decision.left_minor is not None
        assert decide(asked, act, NOW, amount_minor=decision.left_minor).allowed
        assert not decide(asked, act, NOW, amount_minor=decision.left_minor + 1).allowed


def used_of(asked: Snapshot, kind: LimitKind) -> int:
    """Return what is used of a limit."""
    return asked.usage[kind].minor if kind in asked.usage else 0


ANYTHING = st.builds(
    Snapshot,
    st.sampled_from(["GBP", "EUR"]),
    st.sampled_from([GB, DK]),
    st.builds(
        AccountState,
        st.sampled_from(["active", "suspended", "closed"]),
        st.sampled_from(["none", "restricted", "self_excluded"]),
    ),
    st.dictionaries(
        st.sampled_from(LimitKind), st.builds(lambda: Limit(LimitKind.DEPOSIT_DAY, 0, "GBP", NOW)), max_size=2
    ),
    st.lists(
        st.builds(lambda kind: Break(kind, None, NOW, NOW + DAY), st.sampled_from(BreakKind)), max_size=2
    ),
)


@given(ANYTHING, st.sampled_from([act for act in Act if not STOPPED[act]]), st.integers(0, 10**12))
def test_what_is_never_stopped_is_never_refused(anything: Snapshot, act: Act, minor: int) -> None:
    """Withdrawals, settlement, wins, rollbacks and refunds, of whoever and however much."""
    assert decide(anything, act, NOW, amount_minor=minor, product=Product.CASINO) == ALLOWED


@given(ANYTHING, st.sampled_from(Act), st.integers(0, 1000))
def test_every_refusal_has_a_code_of_the_platform(anything: Snapshot, act: Act, minor: int) -> None:
    """As the graph knows them."""
    code = decide(anything, act, NOW, amount_minor=minor).code
    assert code is None or PlatformErrorCode(code)


def test_the_tightest_limit_says_what_is_left_and_until_when() -> None:
    """Of two, the one that leaves less."""
    asked = snapshot({LimitKind.DEPOSIT_DAY: (100, 70), LimitKind.DEPOSIT_WEEK: (300, 290)})
    refused = Decision("LIMIT_REACHED", LimitKind.DEPOSIT_WEEK, 10, NOW + DAY)
    assert decide(asked, Act.DEPOSIT, NOW, amount_minor=11) == refused
    assert decide(asked, Act.DEPOSIT, NOW, amount_minor=10) == Decision(left_minor=10)


def test_a_stake_is_limited_by_itself_and_by_the_loss() -> None:
    """The tighter of the two is named; a deposit is limited by neither."""
    both = {LimitKind.STAKE_BET: (10, 0), LimitKind.LOSS_DAY: (100, 95)}
    for limits, kind, left in (
        (both, LimitKind.LOSS_DAY, 5),
        ({LimitKind.STAKE_BET: (10, 0)}, LimitKind.STAKE_BET, 10),
    ):
        for act in PLAYS:
            refused = decide(snapshot(limits), act, NOW, amount_minor=11)
            assert (refused.code, refused.kind, refused.left_minor) == ("LIMIT_REACHED", kind, left)
        assert decide(snapshot(limits), Act.DEPOSIT, NOW, amount_minor=11) == ALLOWED


def test_a_win_leaves_more_of_a_loss_limit() -> None:
    """Who won 50 today may stake 150 until 100 are lost."""
    asked = snapshot({LimitKind.LOSS_DAY: (100, -50)})
    assert decide(asked, Act.BET, NOW, amount_minor=150).allowed
    assert not decide(asked, Act.BET, NOW, amount_minor=151).allowed


def test_a_limit_in_another_currency_refuses_what_it_cannot_measure() -> None:
    """Nothing is converted."""
    asked = snapshot({LimitKind.DEPOSIT_DAY: (100, 0)}, currency="EUR")
    assert decide(asked, Act.DEPOSIT, NOW, amount_minor=1).code == PlatformErrorCode.WRONG_CURRENCY
    assert decide(asked, Act.BET, NOW, amount_minor=1).allowed


def test_in_denmark_nothing_is_deposited_or_played_without_a_deposit_limit() -> None:
    """A loss limit does not replace it."""
    without = snapshot({LimitKind.LOSS_DAY: (100, 0)}, rules=DK)
    for act in (Act.DEPOSIT, Act.BET, Act.GAME):
        assert decide(without, act, NOW, amount_minor=1).code == PlatformErrorCode.NOT_ALLOWED_HERE
    assert decide(without, Act.OFFER, NOW).allowed
    limited = snapshot({LimitKind.DEPOSIT_MONTH: (100, 0)}, rules=DK)
    assert decide(limited, Act.DEPOSIT, NOW, amount_minor=100).allowed


def test_a_break_is_named_before_a_limit() -> None:
    """With its end."""
    chosen = Break(BreakKind.BREAK, None, NOW, NOW + DAY)
    asked = Snapshot("GBP", DK, breaks=[chosen])
    assert decide(asked, Act.BET, NOW, amount_minor=5) == Decision("COOLING_OFF", until=NOW + DAY)


def test_an_amount_is_not_negative() -> None:
    """It is no way to make room."""
    with pytest.raises(ValueError, match="not negative"):
        decide(snapshot({}), Act.DEPOSIT, NOW, amount_minor=-1)
