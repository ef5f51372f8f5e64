"""The loops of workers over rows: what fails in one is postponed alone, and its neighbours go on."""

from typing import Final

from subgraphs.bets.upkeep import DUE_BETS
from subgraphs.bets.upkeep import PARTS as PARTS_OF_BETS
from subgraphs.wallet.cashier import BANKS, REPORTS
from subgraphs.wallet.closes import DAYS_TO_CLOSE
from subgraphs.wallet.corrections import CORRECTIONS
from subgraphs.wallet.funds.expired_credits import CREDITS
from subgraphs.wallet.operators import REQUESTS
from subgraphs.wallet.paying.reconciliation.statements import STATEMENTS
from subgraphs.wallet.paying.work import DUE_PAYMENTS
from subgraphs.wallet.retention.forgetting import ERASED
from subgraphs.wallet.upkeep import CUSTOMERS, PARTS

LOOPS: Final = (
    DUE_BETS,
    PARTS_OF_BETS,
    DUE_PAYMENTS,
    STATEMENTS,
    BANKS,
    REPORTS,
    CUSTOMERS,
    PARTS,
    CREDITS,
    ERASED,
    REQUESTS,
    DAYS_TO_CLOSE,
    CORRECTIONS,
)
"""By the names under which items are postponed: the worker, and what it goes over."""
