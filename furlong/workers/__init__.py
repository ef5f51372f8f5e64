"""Background work, one worker a file: consumers, feeds, outbox, recovery, reconciliation, weeks, payment."""
