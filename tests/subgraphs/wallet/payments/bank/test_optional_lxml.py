"""lxml is an optional package, which an installation without a bank neither needs nor loads."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.subgraphs.wallet.payments.played_bank import OURS

pytestmark = pytest.mark.usefixtures("processes")
OPEN = """
import sys
from pathlib import Path
from foundation.storage.clock import SystemClock
from subgraphs.wallet.cashier import create_rounds
from subgraphs.wallet.paying.processors import open_processors
from subgraphs.wallet.payments.configuration import PaymentsError, PaymentsSettings
settings = PaymentsSettings(file=Path(sys.argv[1]), secrets={"stripe-key": "sk_test_1"})
def opens():
    return open_processors(settings.read(), settings, SystemClock())
"""
STRIPE = {"name": "stripe", "adapter": "stripe"}
BANK = {
    "name": "bank",
    "adapter": "bank",
    "options": {"folder": "/bank", "holder": "Northbet Ltd", "iban": OURS, "currency": "EUR"},
}


def told(program: str, folder: Path, *processors: object) -> str:
    """Return what a program prints that is given a file of payments."""
    file = folder / "payments.yaml"
    file.write_text(yaml.safe_dump({"processors": list(processors), "methods": []}))
    command = [sys.executable, "-c", f"{OPEN}\n{program}", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def test_nothing_of_a_bank_is_imported_without_one(tmp_path: Path) -> None:
    """Neither lxml nor the module; with a bank, both are."""
    program = "opens(); print([name for name in sys.modules if name == 'lxml' or 'payments.bank' in name])"
    assert told(program, tmp_path, STRIPE) == "[]"
    assert "'lxml'" in told(program, tmp_path, BANK)


def test_a_missing_lxml_is_named_with_the_way_to_install_it(tmp_path: Path) -> None:
    """Whoever configures a bank without it reads what to do."""
    program = (
        "sys.modules['lxml'] = None\ntry:\n    opens()\nexcept PaymentsError as fault:\n    print(fault)"
    )
    assert "bank: files of a bank need lxml" in told(program, tmp_path, BANK)
    assert "pip install 'furlong[payments]'" in told(program, tmp_path, BANK)


def test_a_wrong_option_is_named(tmp_path: Path) -> None:
    """The command that is started says which processor, and what is wrong."""
    program = "try:\n    opens()\nexcept PaymentsError as fault:\n    print(fault)"
    wrong = BANK | {"options": BANK["options"] | {"iban": "DE00"}}  # type: ignore[operator]
    assert "bank: iban: this is no IBAN" in told(program, tmp_path, wrong)
