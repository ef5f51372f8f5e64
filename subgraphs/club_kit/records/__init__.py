"""Brands, schemes, weeks and accounts: their tables, and the SQL over them."""
