"""Stripe's SDK is an optional package, which an installation without Stripe neither needs nor loads."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.usefixtures("processes")

OPEN = """
from datetime import UTC, datetime
from subgraphs.wallet.payments.stripe.adapter import StripeProcessor
from subgraphs.wallet.payments.stripe.options import StripeOptions
make = lambda: StripeProcessor(StripeOptions(), {}.get, lambda: datetime.now(UTC))
"""


def told(program: str) -> str:
    """Return what a program prints."""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def test_the_sdk_is_imported_when_an_account_is_opened() -> None:
    """It takes half a second; its telemetry is off from then on."""
    program = (
        f"import sys\n{OPEN}\nprint('stripe' in sys.modules)\n"
        "make()\nimport stripe\nprint(stripe.enable_telemetry)"
    )
    assert told(program).split() == ["False", "False"]


def test_a_missing_sdk_is_named_with_the_way_to_install_it() -> None:
    """Whoever configures Stripe without it reads what to do."""
    program = (
        f"import sys\nsys.modules['stripe'] = None\n{OPEN}\n"
        "try:\n    make()\nexcept ValueError as fault:\n    print(fault)"
    )
    assert "pip install 'furlong[payments]'" in told(program)
