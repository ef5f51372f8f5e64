"""The terms of every block: keys, currencies, products and errors, without SQL or GraphQL."""
