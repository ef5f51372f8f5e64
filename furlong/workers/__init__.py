"""Background work, one file each: consumers, feeds, outbox, recovery, reconciliation, weeks, payment."""
