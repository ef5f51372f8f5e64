"""What operators do: kill switches, statuses of rewards, dead letters, weeks, providers, nodes."""
