"""What a caller of the ledger may have to handle: in all of them, an id tells later what became of it."""

from foundation.storage.errors import DatabaseAway


class OutcomeUnknown(DatabaseAway):
    """The connection was lost while the transfers were being committed: they exist, or they do not.

    Look the ids up, or send the same transfers again: `exists` means that they had been created.
    """


class LedgerBusy(DatabaseAway):
    """Nothing was written: too many transfers wait, or others kept the accounts for too long."""
