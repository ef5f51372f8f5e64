"""Risk and money: what the club owes, forecasts, budgets, costs, the funnel, and profit and loss."""
