"""Companies that credit rewards: the interface that the worker uses, and an adapter for each kind."""
