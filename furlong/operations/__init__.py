"""What operators do to customers and rewards: erasure, the status of rewards, the use of budgets."""
