"""Tables that every subgraph has, and the SQL over them."""
