"""The steps of paying a reward: routing, sending, cancelling, redeeming."""
