"""Whether a text is the number of a bank account (ISO 13616)."""

from typing import Final

MODULUS: Final = 97
MIN_IBAN: Final = 15
MAX_IBAN: Final = 34


def is_iban(text: str) -> bool:
    """Tell whether a text has the form and the check digits of an IBAN, in capitals and without spaces."""
    is_formed = text.isascii() and text.isalnum() and text[:2].isalpha() and text[2:4].isdigit()
    if not is_formed or text != text.upper() or not MIN_IBAN <= len(text) <= MAX_IBAN:
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % MODULUS == 1
