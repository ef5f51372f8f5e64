"""Customers' money in the demo: their wallets, and the credits that fulfilment gives in them."""
