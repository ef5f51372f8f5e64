"""The club's terms: keys, accounts, schemes, weeks and rewards, without SQL or GraphQL."""
