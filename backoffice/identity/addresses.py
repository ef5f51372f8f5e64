"""E-mail addresses that people type: one address each, in the one form by which addresses are compared."""

import unicodedata
from typing import Final

import email_validator
from email_validator import EmailNotValidError

_INTERNAL: Final = "local"
"""Companies use this domain in their own network; the library refuses it unless told otherwise."""

if _INTERNAL in email_validator.SPECIAL_USE_DOMAIN_NAMES:
    email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(_INTERNAL)


class NotOneAddress(ValueError):
    """A text is not one e-mail address: it is a list, has a comment, or breaks RFC 5321."""


def one_address(text: str) -> str:
    """Return an address in the form in which addresses are compared.

    That is lower case, compatible characters as one (NFKC), and the domain in ASCII (IDNA 2008). The mailbox
    is in ASCII, because other characters could look the same. Nothing is looked up.

    Raises:
        NotOneAddress: It is not one address.
    """
    return _checked(text, display_name=False).ascii_email or ""


def one_sender(text: str) -> str:
    """Return an address that may have a name, such as `Furlong <furlong@example.com>`, as it was given.

    Raises:
        NotOneAddress: It is not one address.
    """
    _checked(text, display_name=True)
    return text


def domain_of(text: str) -> str:
    """Return a domain in the form in which `one_address` has it.

    Raises:
        NotOneAddress: No address can have this domain.
    """
    return one_address(f"a@{text.strip()}").partition("@")[2]


def normal_name(text: str) -> str:
    """Return a login or a person in the form in which they are compared.

    One address if it is one; of any other text, compatible characters as one, in lower case.
    """
    try:
        return one_address(text)
    except NotOneAddress:
        return _folded(text)


def is_one_address(text: str) -> bool:
    """Tell whether a text is one address, in the form in which addresses are compared."""
    try:
        return one_address(text) == text
    except NotOneAddress:
        return False


def _checked(text: str, *, display_name: bool) -> email_validator.ValidatedEmail:
    try:
        return email_validator.validate_email(
            text.strip() if display_name else _folded(text),
            allow_display_name=display_name,
            allow_smtputf8=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            check_deliverability=False,
            globally_deliverable=False,
        )
    except EmailNotValidError as error:
        raise NotOneAddress(str(error)) from error


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).strip().lower())
