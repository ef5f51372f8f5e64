"""What support looks at: customers, their history, and why a bet did not count. Every access is recorded."""
