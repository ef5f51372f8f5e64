"""Cost: estimates an operation's cost before planning, and counts its response's actual cost."""
