"""The wallet: customers' money on the platform. So far its ledger, how blocks move money, and limits."""
