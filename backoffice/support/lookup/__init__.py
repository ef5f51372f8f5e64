"""What support looks at: customers, their history, and why a bet did not count. Every look is recorded."""
