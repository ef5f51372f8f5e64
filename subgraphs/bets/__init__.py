"""The block of bets: what turns a slip into a fact."""
