"""Commands for daily operation: weeks, rewards, customers, dead letters, comparisons. One file a command."""
