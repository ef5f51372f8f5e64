"""The kind sports feed: the Sportradar's Unified Odds Feed, complete again after each loss by recovery."""
