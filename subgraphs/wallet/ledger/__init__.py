"""Double entry on SQL, with the model, the names and the results of TigerBeetle.

It knows nothing of customers, brands or GraphQL. In reading order: `accounts` and `transfers` are what is
asked for and what became of it; `transfer_rules`, `pending_rules` and `account_rules` decide, with `state`
and `chains`, as pure code; `tables`, `rows` and `store` are the database; `applier` puts callers together;
`reading` and `proof` tell what is there, and whether it is right; `ledger` is all of it for the rest of the
wallet.
"""
