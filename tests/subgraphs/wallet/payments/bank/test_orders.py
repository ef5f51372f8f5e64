"""Orders to banks: as the schema says, in letters that banks take, and the same for the same payout."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import ascii_letters, digits
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from foundation.iso20022.documents import Element, read_document
from foundation.iso20022.messages import check, paths
from subgraphs.kit.domain.currencies import minor_digits
from subgraphs.wallet.payments.bank.latin import NOTHING_LEFT, latin
from subgraphs.wallet.payments.bank.options import BankOptions
from subgraphs.wallet.payments.bank.orders import SEPA, Order, digest_of, order_document
from subgraphs.wallet.payments.payment import new_id
from tests.subgraphs.wallet.payments.played_bank import ANN, BEN, bank_options

NOON: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
VERSIONS: Final = ("pain.001.001.03", "pain.001.001.09")
ORDER: Final = Order(part="p1-p1", amount=1250, currency="EUR", holder="Ann Example", iban=BEN, words="p1-p1")
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
orders = st.builds(
    Order,
    part=st.builds(lambda: f"{new_id()}-p1"),
    amount=st.integers(1, 10**15 - 1),
    currency=st.sampled_from(["EUR", "GBP", "JPY", "KWD", "SEK"]),
    holder=names,
    iban=st.sampled_from([ANN, BEN]),
    words=names,
)
accounts = st.builds(
    lambda version, holder, bic: bank_options(Path("/bank"), version=version, holder=holder, bic=bic),
    st.sampled_from(VERSIONS),
    st.text(st.characters(categories=("L", "Nd")), min_size=1, max_size=70),
    st.sampled_from(["", "COBADEFF", "COBADEFFXXX"]),
)


def text(root: Element, path: str) -> str:
    """Return the text at a path in the only payment of an order."""
    found = root.find(f"CstmrCdtTrfInitn/{path}", paths(check(root, VERSIONS)))
    return "" if found is None else found.text or ""


def made(order: Order = ORDER, at: datetime = NOON, **options: str) -> Element:
    """Return an order as a bank reads it."""
    return read_document(order_document(order, bank_options(Path("/bank"), "EUR", **options), at))


@given(orders, accounts)
def test_each_order_is_as_the_schema_says(order: Order, account: BankOptions) -> None:
    """Whatever names people have; and it says exactly what is to be sent."""
    root = read_document(order_document(order, account, NOON))
    payment = "PmtInf/CdtTrfTxInf"
    assert check(root, (account.version,)) == account.version
    assert text(root, f"{payment}/PmtId/EndToEndId") == order.part == text(root, "GrpHdr/MsgId")
    assert text(root, f"{payment}/CdtrAcct/Id/IBAN") == order.iban
    total = text(root, f"{payment}/Amt/InstdAmt")
    assert int(total.replace(".", "")) == order.amount
    assert len(total.partition(".")[2]) == minor_digits(order.currency)
    assert total == text(root, "GrpHdr/CtrlSum") == text(root, "PmtInf/CtrlSum")
    assert text(root, "PmtInf/BtchBookg") == "false"


@given(names, st.integers(11, 140))
def test_names_are_in_letters_that_all_banks_take(name: str, longest: int) -> None:
    """Never empty, never too long, and without slashes where banks forbid them."""
    written = latin(name, longest)
    assert 0 < len(written) <= longest
    assert set(written) <= set(f"{ascii_letters}{digits}/-?:().,'+ ")
    assert not re.search("^/|/$|//|^ | $", written)
    assert latin(written, longest) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Jürgen Groß", "Jurgen Gross"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("Ñandú & Söhne", "Nandu + Sohne"),
        ("Αθηνά Δούκα", "Athina Doyka"),
        ("Юрій Щербак", "Yuriy Shcherbak"),
        ("王芳", NOTHING_LEFT),
        ("", NOTHING_LEFT),
    ],
)
def test_letters_of_other_alphabets(name: str, written: str) -> None:
    """Accents go; alphabets with a usual way are written in it; a name of which nothing is left says so."""
    assert latin(name, 70) == written


@given(orders, accounts, st.timedeltas(timedelta(), timedelta(days=400)))
def test_the_same_order_is_the_same_file_but_for_its_times(
    order: Order, account: BankOptions, later: timedelta
) -> None:
    """Its digest is the same whenever it is made; its bytes are, made at the same time."""
    first, again = order_document(order, account, NOON), order_document(order, account, NOON)
    assert first == again
    assert digest_of(first) == digest_of(order_document(order, account, NOON + later))


@given(orders, accounts, st.sampled_from(["amount", "part", "iban", "currency"]))
def test_another_order_has_another_digest(order: Order, account: BankOptions, what: str) -> None:
    """Whatever is changed in it."""
    other = {
        "amount": order.amount + 1,
        "part": f"{new_id()}-p2",
        "iban": ANN if order.iban == BEN else BEN,
        "currency": "USD",
    }
    changed = replace(order, **{what: other[what]})
    documents = [order_document(each, account, NOON) for each in (order, changed)]
    assert digest_of(documents[0]) != digest_of(documents[1])


def test_euros_within_sepa_are_sepa_payments() -> None:
    """The charges follow the scheme; all others are shared."""
    inside, outside = made(), made(replace(ORDER, iban="SA0380000000608010167519"))
    pounds = made(replace(ORDER, currency="GBP"))
    assert "FR" in SEPA
    found = [
        (text(r, "PmtInf/PmtTpInf/SvcLvl/Cd"), text(r, "PmtInf/ChrgBr")) for r in (inside, outside, pounds)
    ]
    assert found == [("SEPA", "SLEV"), ("", "SHAR"), ("", "SHAR")]


def test_versions_write_days_and_banks_in_their_ways() -> None:
    """The day is that of UTC."""
    at = datetime.fromisoformat("2026-11-21T00:30:00+01:00")
    former, newer = (made(at=at, version=version, bic="COBADEFF") for version in VERSIONS)
    assert text(former, "PmtInf/ReqdExctnDt") == text(newer, "PmtInf/ReqdExctnDt/Dt") == "2026-11-20"
    assert text(former, "PmtInf/DbtrAgt/FinInstnId/BIC") == "COBADEFF"
    assert text(newer, "PmtInf/DbtrAgt/FinInstnId/BICFI") == "COBADEFF"
    unknown = made()
    assert text(unknown, "PmtInf/DbtrAgt/FinInstnId/Othr/Id") == "NOTPROVIDED"
    assert text(unknown, "PmtInf/CdtTrfTxInf/CdtrAgt/FinInstnId/Othr/Id") == "NOTPROVIDED"


@pytest.mark.parametrize("part", ["", "../p1", "p" * 36, "p 1", "pä", "-p"])
def test_ids_that_are_no_names_of_files_are_refused(part: str) -> None:
    """They are never written."""
    with pytest.raises(ValueError, match="id"):
        made(replace(ORDER, part=part))
