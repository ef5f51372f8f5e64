"""The accounts of the back office.

`account` says what an account is and who manages it, `service` what can be done with it.
"""

from backoffice.identity.accounts.account import Account, NewAccount
from backoffice.identity.accounts.service import Accounts

__all__ = ["Account", "Accounts", "NewAccount"]
