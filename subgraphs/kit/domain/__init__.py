"""The club's terms: keys, accounts, schemes, weeks and currencies, without SQL or GraphQL."""
