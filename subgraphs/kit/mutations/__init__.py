"""How a mutation is carried out: intent, upstream call, outcome, recovery."""
