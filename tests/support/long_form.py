"""The long form of fault tests: `make torture` sets `FURLONG_TORTURE=1`, and runs all that imports this."""

import os
import secrets
from typing import Final

import pytest

LONG_FORM: Final = os.environ.get("FURLONG_TORTURE", "") not in {"", "0"}
"""Whether tests run in their long form: more examples, longer, with more faults."""

only_in_long_form: Final = pytest.mark.skipif(not LONG_FORM, reason="takes some minutes: make torture")
"""Marks tests that have no short form."""


def seed_of_run(by_day: int) -> int:
    """Return the seed of a test of faults: always the same one, and in the long form another one each time.

    `FURLONG_TORTURE_SEED=5` plays one again. A module has it as `SEED`, so that `tools/runner/told_seeds.py`
    shows it with failures and at the end of the run.
    """
    if seed := os.environ.get("FURLONG_TORTURE_SEED"):
        return int(seed)
    return secrets.randbelow(10**6) if LONG_FORM else by_day
