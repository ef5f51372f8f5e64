"""How compiled code says that it leaves something to the plain code: it never decides about the unusual."""

from __future__ import annotations

from typing import Final


class Doubt(Exception):
    """Data is not as it usually is."""


DOUBTS: Final = (Doubt, LookupError, TypeError, AttributeError, RecursionError)
"""What compiled code raises where data is not as it should be: a missing key, no object, no list."""
