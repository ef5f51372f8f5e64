"""Requests of all kinds, right and wrong, between few accounts and with few ids, so that they meet."""

from typing import Any, Final

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from subgraphs.wallet.ledger.accounts import Account, AccountFlags
from subgraphs.wallet.ledger.limits import AMOUNT_MAX
from subgraphs.wallet.ledger.transfers import Transfer, TransferFlags
from tests.support.wallet.ledgers import EURO, STERLING

F, A = TransferFlags, AccountFlags
ACCOUNTS: Final = ("house", "ann", "bob", "cat", "eve")

_AMOUNTS: Final = st.sampled_from([1, 2, 3, 5, 8, 0, 100, AMOUNT_MAX])
_TIMEOUTS: Final = st.sampled_from([0, 0, 1, 1, 2, 60])
_LEDGERS: Final = st.sampled_from([*[STERLING] * 12, EURO, 0])
_SELDOM: Final = st.integers(0, 15).map(lambda number: number == 7)
_USER_DATA: Final = st.sampled_from(["", "", "", "week"])
_KINDS: Final = st.sampled_from(
    [
        *[0] * 4,
        *[F.PENDING] * 4,
        *[F.POST_PENDING_TRANSFER, F.VOID_PENDING_TRANSFER] * 3,
        *(F.BALANCING_DEBIT, F.BALANCING_CREDIT, F.BALANCING_DEBIT | F.BALANCING_CREDIT),
        F.PENDING | F.BALANCING_DEBIT,
    ]
)
_ODD_KINDS: Final = st.sampled_from(
    [
        *[F.PENDING | F.CLOSING_DEBIT, F.PENDING | F.CLOSING_CREDIT] * 3,
        F.CLOSING_DEBIT,
        F.POST_PENDING_TRANSFER | F.VOID_PENDING_TRANSFER,
        F.POST_PENDING_TRANSFER | F.BALANCING_DEBIT,
        F.PENDING | F.VOID_PENDING_TRANSFER,
        1 << 8,
    ]
)


@st.composite
def accounts(draw: st.DrawFn) -> list[Account]:
    """Return a request for accounts, as they are usually asked for, or otherwise."""
    return [
        Account(
            id="" if draw(_SELDOM) else draw(st.sampled_from(ACCOUNTS)),
            ledger=draw(_LEDGERS),
            code=0 if draw(_SELDOM) else 1,
            flags=draw(
                st.sampled_from(
                    [
                        *(0, A.HISTORY, A.DEBITS_MUST_NOT_EXCEED_CREDITS, A.CREDITS_MUST_NOT_EXCEED_DEBITS),
                        A.HISTORY | A.DEBITS_MUST_NOT_EXCEED_CREDITS,
                        A.DEBITS_MUST_NOT_EXCEED_CREDITS | A.CREDITS_MUST_NOT_EXCEED_DEBITS,
                        *(A.LINKED, A.LINKED, A.CLOSED, 1 << 4),
                    ]
                )
            ),
            debits_posted=1 if draw(_SELDOM) else 0,
            user_data_128=draw(_USER_DATA),
            timestamp=1 if draw(_SELDOM) else 0,
        )
        for _ in range(draw(st.integers(1, 3)))
    ]


class Known(Struct):
    """What a request may refer to.

    Attributes:
        transfers: Records of the transfers there are, by id.
        open: The ids of those that are pending.
        number: The number of the next new id.
    """

    transfers: dict[str, dict[str, Any]]
    open: list[str]
    number: int

    def new_id(self) -> str:
        """Return an id that nobody has used."""
        self.number += 1
        return f"t{self.number}"


@st.composite
def transfer(draw: st.DrawFn, known: Known) -> Transfer:
    """Return a transfer of any kind, mostly a right one."""
    flags = int(draw(_ODD_KINDS) if draw(_SELDOM) else draw(_KINDS))
    if flags & (F.POST_PENDING_TRANSFER | F.VOID_PENDING_TRANSFER):
        values: dict[str, Any] = draw(_end(known))
    else:
        debit, credit = draw(st.permutations(ACCOUNTS))[:2]
        values = {
            "debit_account_id": debit,
            "credit_account_id": credit,
            "amount": draw(_AMOUNTS),
            "timeout": draw(_TIMEOUTS) if flags & F.PENDING else 0,
            "ledger": STERLING,
            "code": 1,
        }
    values |= {
        "id": known.new_id(),
        "flags": flags,
        "user_data_128": draw(_USER_DATA),
        "user_data_64": draw(st.sampled_from([0, 0, 64])),
        "user_data_32": draw(st.sampled_from([0, 0, 32])),
    }
    if draw(_SELDOM):
        name = draw(st.sampled_from(sorted(_WRONG)))
        values[name] = draw(_WRONG[name])
    if draw(_SELDOM) and known.transfers:
        values["id"] = draw(st.sampled_from(sorted(known.transfers)))
    return Transfer(**values)


@st.composite
def _end(draw: st.DrawFn, known: Known) -> dict[str, Any]:
    """Return what a post or void says of the transfer that it ends, which is mostly a pending one."""
    ids = [*sorted(known.transfers), "none"] if draw(_SELDOM) else known.open or ["none"]
    id_ = draw(st.sampled_from(ids))
    pending = known.transfers.get(id_)
    values: dict[str, Any] = {"pending_id": id_, "amount": draw(st.sampled_from([0, 1, 2, AMOUNT_MAX]))}
    if pending is not None and draw(st.booleans()):
        names = ("debit_account_id", "credit_account_id", "amount", "ledger", "code")
        values |= {name: pending[name] for name in names}
    return values


@st.composite
def transfers(draw: st.DrawFn, known: Known) -> list[Transfer]:
    """Return a request of some transfers, some of them in chains, which seldom stay open."""
    asked = [draw(transfer(known)) for _ in range(draw(st.integers(1, 5)))]
    chained = [draw(st.sampled_from([False, False, False, True])) for _ in asked]
    chained[-1] = chained[-1] and draw(_SELDOM)
    return [
        replace(one, flags=one.flags | F.LINKED) if is_chained else one
        for one, is_chained in zip(asked, chained, strict=True)
    ]


_WRONG: Final[dict[str, st.SearchStrategy[Any]]] = {
    "id": st.just(""),
    "debit_account_id": st.sampled_from(("", "nobody", *ACCOUNTS)),
    "credit_account_id": st.sampled_from(("", "nobody", *ACCOUNTS)),
    "pending_id": st.sampled_from(("", "t1", "t2", "t3")),
    "timeout": st.just(1),
    "ledger": st.sampled_from([0, EURO]),
    "code": st.sampled_from([0, 2]),
    "timestamp": st.just(1),
}
_CHANGES: Final = {
    "debit_account_id": st.sampled_from(ACCOUNTS),
    "credit_account_id": st.sampled_from(ACCOUNTS),
    "amount": _AMOUNTS,
    "pending_id": st.sampled_from(("", "t1", "t2")),
    "user_data_128": st.just("other"),
    "user_data_64": st.just(65),
    "user_data_32": st.just(33),
    "timeout": st.just(7),
    "ledger": st.just(EURO),
    "code": st.just(9),
    "flags": st.sampled_from([0, int(F.PENDING), int(F.BALANCING_DEBIT)]),
}


@st.composite
def changed(draw: st.DrawFn, request: list[Transfer]) -> list[Transfer]:
    """Return a request with one value of one transfer replaced, under the same ids."""
    place, name = draw(st.integers(0, len(request) - 1)), draw(st.sampled_from(sorted(_CHANGES)))
    values: dict[str, Any] = {name: draw(_CHANGES[name])}
    return [replace(one, **values) if at == place else one for at, one in enumerate(request)]
