"""What tests of several folders share of the wallet: ledgers, clients and players."""
