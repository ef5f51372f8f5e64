"""What entries have moved is proven by the balances, whichever of them cannot be read or is turned round."""

from hypothesis import given, settings
from hypothesis import strategies as st

from subgraphs.wallet.payments.bank.movements import Told, moved
from tests.support.examples import USUAL

entries = st.lists(st.tuples(st.integers(-50, 50).filter(bool), st.booleans()), max_size=6)


def told(amount: int, *, is_reversal: bool = False, is_turned: bool = False) -> Told:
    """Return what an entry says that has moved an amount."""
    said = -amount if is_turned and is_reversal else amount
    return Told(amount=said, is_credit=said > 0, is_reversal=is_reversal)


@settings(max_examples=USUAL)
@given(entries, st.booleans())
def test_reversals_are_read_in_either_direction(drawn: list[tuple[int, bool]], is_turned: bool) -> None:  # noqa: FBT001 - drawn
    """By the standard, or in that of what they reverse, as the balances say."""
    amounts = [amount for amount, _ in drawn]
    said = [told(amount, is_reversal=is_reversal, is_turned=is_turned) for amount, is_reversal in drawn]
    read = moved(said, sum(amounts))
    assert read is not None
    assert sum(read) == sum(amounts)
    if not is_turned:
        assert read == amounts


@settings(max_examples=USUAL)
@given(entries, st.integers(-50, 50).filter(bool), st.integers(0, 6), st.booleans())
def test_what_cannot_be_read_is_the_rest(
    drawn: list[tuple[int, bool]],
    amount: int,
    place: int,
    has_direction: bool,  # noqa: FBT001 - drawn
) -> None:
    """The others keep what they say; a direction that the balances contradict proves nothing."""
    said = [told(other) for other, _ in drawn]
    place = min(place, len(said))
    unread = Told(amount=None, is_credit=amount > 0 if has_direction else None, is_reversal=False)
    amounts = [other for other, _ in drawn]
    amounts.insert(place, amount)
    said.insert(place, unread)
    assert moved(said, sum(amounts)) == amounts
    assert moved(said, sum(amounts) - amount) is None
    if has_direction:
        assert moved(said, sum(amounts) - 2 * amount) is None


@settings(max_examples=USUAL)
@given(entries, st.integers(1, 50))
def test_what_the_balances_lack_is_refused(drawn: list[tuple[int, bool]], lack: int) -> None:
    """An entry that is missing or comes twice is never taken for another one."""
    said = [told(amount) for amount, _ in drawn]
    assert moved(said, sum(amount for amount, _ in drawn) + lack) is None
