"""The messages of Hub88's operator API, for whoever serves it and for whoever calls it.

Sources: Hub88's developer documentation, "Wallet API" and "Seamless Wallet response statuses" of the operator
API, and the entries of its changelog that docs/seamless-wallet.md names, the newest of 27 October 2026.
Members that are not listed here are accepted and ignored: Hub88 adds optional ones without notice.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, TypeAlias, TypeVar

from msgspec import DecodeError, Meta, Raw, Struct, ValidationError, json
from msgspec.structs import astuple

from subgraphs.kit.domain.currencies import all_currencies

UNITS: Final = 100_000
"""How many units of an amount are one of the currency: 3.56 is 356,000."""

MAX_BODY_BYTES: Final = 64 * 1024
"""The longest body of a request or of a response."""

MAX_UUID_LENGTH: Final = 64
"""A UUID has 36 characters; some suppliers' ids are no UUIDs."""

MAX_TEXT_LENGTH: Final = 255
"""Of tokens, rounds and games. The documentation says none: longer ones are refused as malformed."""

MAX_USER_LENGTH: Final = 128
"""Of a customer's id: no account has a longer one."""

MAX_UNITS: Final = 2**63 - 1
"""Amounts are Int64."""

USER_INFO: Final = "/user/info"
BALANCE: Final = "/user/balance"
BET: Final = "/transaction/bet"
WIN: Final = "/transaction/win"
ROLLBACK: Final = "/transaction/rollback"

Uuid: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_UUID_LENGTH)]
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT_LENGTH)]
User: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_USER_LENGTH)]
LooseText: TypeAlias = Annotated[str, Meta(max_length=MAX_TEXT_LENGTH)]
Units: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_UNITS)]
Balance: TypeAlias = Annotated[int, Meta(ge=-MAX_UNITS, le=MAX_UNITS)]


class Status(StrEnum):
    """What became of a request. One that is not listed here is read as `UNKNOWN`."""

    OK = "RS_OK"
    UNKNOWN = "RS_ERROR_UNKNOWN"
    """Anything else; whoever gets it rolls a bet back, and repeats a win or a rollback."""
    INVALID_PARTNER = "RS_ERROR_INVALID_PARTNER"
    INVALID_TOKEN = "RS_ERROR_INVALID_TOKEN"  # noqa: S105 - a status
    INVALID_GAME = "RS_ERROR_INVALID_GAME"
    WRONG_CURRENCY = "RS_ERROR_WRONG_CURRENCY"
    NOT_ENOUGH_MONEY = "RS_ERROR_NOT_ENOUGH_MONEY"
    """With the balance; such a bet is not rolled back."""
    USER_DISABLED = "RS_ERROR_USER_DISABLED"
    INVALID_SIGNATURE = "RS_ERROR_INVALID_SIGNATURE"
    TOKEN_EXPIRED = "RS_ERROR_TOKEN_EXPIRED"  # noqa: S105 - a status
    """Only of bets and balances: wins and rollbacks come after a session has ended, too."""
    WRONG_SYNTAX = "RS_ERROR_WRONG_SYNTAX"
    WRONG_TYPES = "RS_ERROR_WRONG_TYPES"
    DUPLICATE_TRANSACTION = "RS_ERROR_DUPLICATE_TRANSACTION"
    """The id was used with another reference, amount, currency, round, user or game."""
    TRANSACTION_DOES_NOT_EXIST = "RS_ERROR_TRANSACTION_DOES_NOT_EXIST"
    """The bet of a win was not made, or was rolled back. A rollback of what is unknown is answered `OK`."""
    TRANSACTION_TIMED_OUT = "RS_ERROR_TRANSACTION_TIMED_OUT"
    LIMIT_REACHED = "RS_ERROR_LIMIT_REACHED"
    """Such a bet is not rolled back."""

    @classmethod
    def _missing_(cls, value: object) -> "Status":
        del value
        return cls.UNKNOWN


class UserInfoRequest(Struct, frozen=True, kw_only=True):
    """Asks who a customer is.

    Attributes:
        user: The customer's id at the operator.
        request_uuid: Names the request; echoed.
        sub_partner_id: The operator's brand, if it has several.
    """

    user: User
    request_uuid: Uuid
    sub_partner_id: LooseText | None = None


class BalanceRequest(Struct, frozen=True, kw_only=True):
    """Asks what a customer can stake.

    Attributes:
        user: The customer's id at the operator.
        token: The session's.
        request_uuid: Names the request; echoed.
        game_code: What is played now.
        sub_partner_id: The operator's brand, if it has several.
    """

    user: User
    token: Text
    request_uuid: Uuid
    game_code: LooseText | None = None
    sub_partner_id: LooseText | None = None


class RollbackRequest(Struct, frozen=True, kw_only=True):
    """Takes a transaction back; it may be one that has never arrived.

    Attributes:
        user: The customer's id at the operator.
        transaction_uuid: The idempotency key, kept at least four months.
        reference_transaction_uuid: What is taken back.
        token: The session's, which may have ended.
        request_uuid: Names the request, not the transaction; echoed.
        round: The game round.
        round_closed: Whether the round is over.
        game_code: What is played; it may change within a session.
        supplier_user: The customer's name at the supplier.
        reward_uuid: The free rounds that are played.
        sub_partner_id: The operator's brand, if it has several.
    """

    user: User
    transaction_uuid: Uuid
    reference_transaction_uuid: Uuid
    token: Text
    request_uuid: Uuid
    round: LooseText | None = None
    round_closed: bool | None = None
    game_code: LooseText | None = None
    supplier_user: LooseText | None = None
    reward_uuid: LooseText | None = None
    sub_partner_id: LooseText | None = None


class BetRequest(Struct, frozen=True, kw_only=True):
    """Takes a stake.

    Attributes:
        user: The customer's id at the operator.
        transaction_uuid: The idempotency key, kept at least four months.
        token: The session's.
        request_uuid: Names the request, not the transaction; echoed.
        amount: In 1/100,000 of the currency; 0 is a bet, too.
        currency: ISO 4217's alphabetic code.
        round: The game round.
        round_closed: Whether the round is over.
        game_code: What is played; it may change within a session.
        is_free: Whether it is a free round: the customer pays nothing, whatever the amount says.
        is_aggregated: Whether it sums up several bets.
        supplier_user: The customer's name at the supplier.
        is_supplier_promo: Whether the supplier gives a prize: then the amount is 0, and the session may have
            ended.
        reward_uuid: The free rounds that are played.
        bet: What is bet on, as the supplier says it.
        sub_partner_id: The operator's brand, if it has several.
    """

    user: User
    transaction_uuid: Uuid
    token: Text
    request_uuid: Uuid
    amount: Units
    currency: Text
    round: LooseText | None = None
    round_closed: bool | None = None
    game_code: LooseText | None = None
    is_free: bool | None = None
    is_aggregated: bool | None = None
    is_supplier_promo: bool | None = None
    supplier_user: LooseText | None = None
    reward_uuid: LooseText | None = None
    bet: LooseText | None = None
    sub_partner_id: LooseText | None = None


class WinRequest(Struct, frozen=True, kw_only=True):
    """Pays what a bet has won; 0 if nothing. A bet may have several.

    Attributes:
        user: The customer's id at the operator.
        transaction_uuid: The idempotency key, kept at least four months.
        reference_transaction_uuid: The bet.
        token: The session's, which may have ended.
        request_uuid: Names the request, not the transaction; echoed.
        amount: In 1/100,000 of the currency.
        currency: ISO 4217's alphabetic code.
        round: The game round.
        round_closed: Whether the round is over.
        game_code: What is played; it may change within a session.
        is_free: Whether a free round has won it.
        is_aggregated: Whether it sums up several wins.
        supplier_user: The customer's name at the supplier.
        is_supplier_promo: Whether it is a prize of the supplier.
        reward_uuid: The free rounds that are played.
        bet: What was bet on, as the supplier says it.
        sub_partner_id: The operator's brand, if it has several.
    """

    user: User
    transaction_uuid: Uuid
    reference_transaction_uuid: Uuid
    token: Text
    request_uuid: Uuid
    amount: Units
    currency: Text
    round: LooseText | None = None
    round_closed: bool | None = None
    game_code: LooseText | None = None
    is_free: bool | None = None
    is_aggregated: bool | None = None
    is_supplier_promo: bool | None = None
    supplier_user: LooseText | None = None
    reward_uuid: LooseText | None = None
    bet: LooseText | None = None
    sub_partner_id: LooseText | None = None


class Response(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Answers a balance request or a transaction, always with HTTP's status 200.

    Attributes:
        status: What became of it.
        request_uuid: The request's; "" if the request could not be read.
        user: The request's.
        currency: The balance's.
        balance: What the customer can stake now, in 1/100,000; None where nothing is known of the customer.
    """

    status: Status
    request_uuid: str
    user: str | None = None
    currency: str | None = None
    balance: Balance | None = None


class UserInfoResponse(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Answers who a customer is.

    Attributes:
        status: What became of the request.
        request_uuid: The request's.
        user: The request's.
        country: ISO 3166-1's alpha-2 code.
        jurisdiction: Whose rules hold for the customer, as the operator names it.
        sub_partner_id: The operator's brand, if it has several.
        birth_date: ISO 8601.
        registration_date: ISO 8601.
    """

    status: Status
    request_uuid: str
    user: str | None = None
    country: str | None = None
    jurisdiction: str | None = None
    sub_partner_id: str | None = None
    birth_date: str | None = None
    registration_date: str | None = None


class _Named(Struct, frozen=True):
    request_uuid: Uuid


class WrongMessage(ValueError):
    """A message is not what the documentation says.

    Attributes:
        status: What to answer.
    """

    def __init__(self, status: Status) -> None:
        super().__init__(status.value)
        self.status = status


_M = TypeVar("_M", bound=Struct)
_NULL: Final = b"null"


class _Operation(Struct, frozen=True):
    transaction_uuid: Raw = Raw(_NULL)
    reference_transaction_uuid: Raw = Raw(_NULL)
    amount: Raw = Raw(_NULL)


_OPERATIONS: Final[Mapping[type[Struct], tuple[bool, bool, bool]]] = {
    UserInfoRequest: (False, False, False),
    BalanceRequest: (False, False, False),
    BetRequest: (True, False, True),
    WinRequest: (True, True, True),
    RollbackRequest: (True, True, False),
}
"""Which of the members of `_Operation` a request has.

A signature is over the body alone: nothing else keeps what was signed for one operation from another.
"""


def read_message(body: bytes, kind: type[_M]) -> _M:
    """Return a message.

    Raises:
        WrongMessage: It is none of that kind, or was signed for another operation.
    """
    try:
        message = json.decode(body, type=kind)
        operation = astuple(json.decode(body, type=_Operation)) if kind in _OPERATIONS else ()
    except ValidationError as error:
        is_type = ", got `" in str(error)
        raise WrongMessage(Status.WRONG_TYPES if is_type else Status.WRONG_SYNTAX) from None
    except (DecodeError, UnicodeDecodeError, RecursionError):
        raise WrongMessage(Status.WRONG_SYNTAX) from None
    if operation and tuple(bytes(member) != _NULL for member in operation) != _OPERATIONS[kind]:
        raise WrongMessage(Status.WRONG_SYNTAX)
    return message


def request_uuid_of(body: bytes) -> str:
    """Return the name of a request of which no more may be readable; "" if it has none."""
    try:
        return json.decode(body, type=_Named).request_uuid
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def minor_units(units: int, currency: str) -> int:
    """Return an amount in the currency's minor units.

    Raises:
        WrongMessage: It is no whole number of them, or ISO 4217 has no such currency with minor units.
    """
    minor, rest = divmod(units, _units_of_one(currency))
    if rest:
        raise WrongMessage(Status.WRONG_SYNTAX)
    return minor


def rounded_minor_units(units: int, currency: str) -> int:
    """Return an amount that a customer is owed in the currency's minor units, rounded half up.

    Raises:
        WrongMessage: ISO 4217 has no such currency with minor units.
    """
    one = _units_of_one(currency)
    return (2 * units + one) // (2 * one)


def units(minor: int, currency: str) -> int:
    """Return an amount of minor units in 1/100,000 of the currency.

    Raises:
        WrongMessage: ISO 4217 has no such currency with minor units.
    """
    return minor * _units_of_one(currency)


def _units_of_one(currency: str) -> int:
    digits = all_currencies().get(currency)
    if digits is None:
        raise WrongMessage(Status.WRONG_CURRENCY)
    return UNITS // int(10**digits)
