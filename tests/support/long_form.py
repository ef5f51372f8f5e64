"""The long form of fault tests: `make torture` sets `FURLONG_TORTURE=1`, and runs all that imports this."""

import os
from typing import Final

import pytest

LONG_FORM: Final = os.environ.get("FURLONG_TORTURE", "") not in {"", "0"}
"""Whether tests run in their long form: more examples, longer, with more faults."""

only_in_long_form: Final = pytest.mark.skipif(not LONG_FORM, reason="takes some minutes: make torture")
"""Marks tests that have no short form."""
