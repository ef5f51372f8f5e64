"""The ranges of ids and numbers: what a column holds, and a JSON number of JavaScript."""

from typing import Final

AMOUNT_MAX: Final = 2**53 - 1
"""The greatest amount of a transfer: the greatest of `MinorUnits`."""

BALANCE_MAX: Final = 2**63 - 1
"""The greatest sum of an account: what a BIGINT holds."""

CODE_MAX: Final = 2**16 - 1
LEDGER_MAX: Final = 999
"""The numbers of ISO 4217 have three digits."""

USER_DATA_32_MAX: Final = 2**32 - 1
USER_DATA_64_MAX: Final = 2**63 - 1
MAX_ID_LENGTH: Final = 64


def check_id(name: str, text: str) -> None:
    """Refuse a text that cannot be an id.

    Raises:
        ValueError: It is longer than 64 characters, or has others than printable ASCII.
    """
    if len(text) > MAX_ID_LENGTH or not (text.isascii() and text.isprintable()):
        raise ValueError(f"{name} must be at most {MAX_ID_LENGTH} printable characters of ASCII")


def check_number(name: str, number: int, greatest: int) -> None:
    """Refuse a number that is out of its range.

    Raises:
        ValueError: It is negative, or too great.
    """
    if not 0 <= number <= greatest:
        raise ValueError(f"{name} must be between 0 and {greatest}")
