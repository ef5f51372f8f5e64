"""What a process logs: JSON lines that name no customer, no token and no client's address."""
