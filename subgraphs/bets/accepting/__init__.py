"""Whether a slip becomes a bet: what was asked for, what is offered now, and one pure decision."""
