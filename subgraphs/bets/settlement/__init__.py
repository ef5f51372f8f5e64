"""What a bet returns, computed from the results of its legs alone."""
