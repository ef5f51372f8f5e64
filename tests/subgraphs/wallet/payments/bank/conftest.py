"""The house's account at a bank that tests play."""

from pathlib import Path

import pytest

from tests.subgraphs.wallet.payments.bank_account import Account, account_at
from tests.subgraphs.wallet.payments.played_bank import bank_options, made_folders


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """An account by a folder that is there, in pounds."""
    return account_at(bank_options(made_folders(tmp_path / "bank")))
