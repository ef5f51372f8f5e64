"""What the tests of the wallet's ledger share: a model of it, and requests of all kinds."""
