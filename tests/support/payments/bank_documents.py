"""Statements of a bank, written by hand as text: what is in them is what a test says, right or wrong."""

from typing import Final

OURS: Final = "DE89370400440532013000"
THEIRS: Final = "GB82WEST12345698765432"
OLDER: Final = "camt.053.001.02"
NEWER: Final = "camt.053.001.08"
BOOKED: Final = "<Cd>BOOK</Cd>"
SEPA: Final = "<Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"


def document(*statements: str, version: str = NEWER, pages: str = "") -> bytes:
    """Return a document."""
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{version}"
    header = f"<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-21T06:00:00</CreDtTm>{pages}</GrpHdr>"
    body = "".join(statements)
    return f'<Document xmlns="{namespace}"><BkToCstmrStmt>{header}{body}</BkToCstmrStmt></Document>'.encode()


def balance(
    kind: str,
    amount: str,
    side: str = "CRDT",
    *,
    day: str = "2026-11-20",
    currency: str = "EUR",
    sub_type: str = "",
) -> str:
    """Return a balance, such as OPBD."""
    code = f"<Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry>{sub_type}</Tp>"
    amounts = f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
    return f"<Bal>{code}{amounts}<Dt><Dt>{day}</Dt></Dt></Bal>"


def statement(*parts: str, before: str = "", account: str = OURS, currency: str = "<Ccy>EUR</Ccy>") -> str:
    """Return a statement of balances and entries.

    Args:
        parts: Balances, then entries.
        before: What stands before the account.
        account: The IBAN.
        currency: What the account says of its currency.
    """
    head = f"<Id>S1</Id><CreDtTm>2026-11-21T06:00:00</CreDtTm>{before}"
    return f"<Stmt>{head}<Acct><Id><IBAN>{account}</IBAN></Id>{currency}</Acct>{''.join(parts)}</Stmt>"


def entry(
    amount: str,
    side: str = "CRDT",
    *details: str,
    currency: str = "EUR",
    status: str = BOOKED,
    day: str = "<BookgDt><Dt>2026-11-20</Dt></BookgDt>",
    reference: str = "<AcctSvcrRef>R1</AcctSvcrRef>",
    code: str = SEPA,
    first: str = "",
    reversal: str = "",
) -> str:
    """Return an entry; `status` of the older version is a text, and `details` are what TxDtls have."""
    transactions = "".join(f"<TxDtls>{detail}</TxDtls>" for detail in details)
    inner = f"<NtryDtls>{transactions}</NtryDtls>" if details else ""
    amounts = f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{reversal}'
    head = f"<Ntry>{first}{amounts}<Sts>{status}</Sts>{day}{reference}"
    return f"{head}<BkTxCd>{code}</BkTxCd>{inner}</Ntry>"


def moved(*entries: str, closing: str, side: str = "CRDT", version: str = NEWER) -> bytes:
    """Return a document of one statement that opens with 100.00 in EUR."""
    balances = balance("OPBD", "100.00"), balance("CLBD", closing, side)
    return document(statement(*balances, *entries), version=version)


def detail(part: str, amount: str, side: str = "") -> str:
    """Return details with an amount of their own."""
    given = f"<CdtDbtInd>{side}</CdtDbtInd>" if side else ""
    return f'<Refs><EndToEndId>{part}</EndToEndId></Refs><Amt Ccy="EUR">{amount}</Amt>{given}'
