"""Commands for daily operation, one file each: weeks, rewards, customers, dead letters, comparisons."""
