"""Database errors in words that say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

MISSING: Final = frozenset({1049, 1054, 1146})
"""MySQL's codes for an unknown database, column and table."""

UNREACHABLE: Final = frozenset({2002, 2003, 2005, 2006, 2013, 1040, 1053})
REFUSED: Final = frozenset({1044, 1045, 1142, 1698})


def explain_database_error(error: DBAPIError, url: str = "") -> str:
    """Return what went wrong and what helps; suggest an upgrade only if tables or columns are missing.

    Args:
        error: What the database or its driver says.
        url: The database's URL without credentials; "" if it is not to be named.
    """
    at = f"FURLONG_DATABASE_URL={url}" if url else "FURLONG_DATABASE_URL"
    cause = error.orig
    code = cause.args[0] if cause is not None and cause.args else None
    message = str(cause)
    if code in MISSING or "no such table" in message or "no such column" in message:
        return f"the database says: {message} (`furlong db upgrade` creates what is missing)"
    if code in UNREACHABLE or "unable to open database file" in message:
        return f"the database cannot be reached: {message} (is it running at {at}?)"
    if code in REFUSED:
        return f"the database refuses: {message} (check user and password in {at}, and the user's privileges)"
    return f"the database says: {message}"
