"""Which labels of progressive overrides are on."""
