"""The bets of the demo's slip: what is offered, whose money pays, how they are settled."""
