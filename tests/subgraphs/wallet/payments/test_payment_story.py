"""The story of a payment has what the ledger was told, in the order in which it happened."""

from backoffice.support.lookup.payment_story import StoryKind, stories_of
from subgraphs.wallet.payments.payment import Decision
from subgraphs.wallet.payments.processor import PartKind, PartState
from tests.subgraphs.wallet.payments.conftest import ANN, paid_in
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet


async def booked(wallet: PaymentsWallet, payment_id: str) -> list[tuple[str, str, int | None]]:
    """Return what the story of a payment says of the ledger."""
    loaded = await wallet.payments.work.store.load(payment_id)
    assert loaded is not None
    [told] = await stories_of(wallet.database, [loaded[0]])
    assert [entry.at for entry in told.entries] == sorted(entry.at for entry in told.entries)
    entries = [entry for entry in told.entries if entry.kind is StoryKind.BOOKED]
    return [(entry.part, entry.state, entry.amount_minor) for entry in entries]


async def test_a_deposit_is_moved_with_its_fee(wallet: PaymentsWallet) -> None:
    """The money of the charge, and what the house keeps of it."""
    await paid_in(wallet)
    [deposit] = await wallet.payments.work.store.of_customer(ANN, 5)
    found = await booked(wallet, deposit.payment_id)
    assert sorted(found) == [("charge", "moved", 1_000), ("fee", "moved", 10)]


async def test_a_withdrawal_is_kept_and_then_moved(wallet: PaymentsWallet) -> None:
    """First it is kept; once the processor says so, it is taken."""
    await paid_in(wallet)
    answer = await wallet.withdraw(ANN, "w", 500)
    assert answer.payment is not None
    kept = [("fee", "kept", 10), ("refund", "kept", 490)]
    assert sorted(await booked(wallet, answer.payment.payment_id)) == kept
    first = wallet.played["first"]
    [refund] = first.those(PartKind.REFUND, PartState.PROCESSING)
    first.becomes(refund, PartState.DONE)
    await wallet.payments.work.notice("first", first.said[-1])
    found = await booked(wallet, answer.payment.payment_id)
    assert sorted(found) == sorted([*kept, ("fee", "moved", 10), ("refund", "moved", 490)])


async def test_a_rejected_withdrawal_is_released(wallet: PaymentsWallet) -> None:
    """What was kept is given back, and the story says who decided."""
    await paid_in(wallet, amount=5_000)
    answer = await wallet.withdraw(ANN, "w", 2_500)
    assert answer.payment is not None
    name = answer.payment.payment_id
    store = wallet.payments.work.store
    async with wallet.database.write() as connection:
        at = wallet.time.now()
        given = {"decision_id": "p", "by": "Fay, Finn", "reason": "not her account", "at": at}
        assert await store.decide(connection, name, Decision.REJECTED, **given)  # type: ignore[arg-type]
    await wallet.work()
    states = {state for _, state, _ in await booked(wallet, name)}
    assert states == {"kept", "released"}
