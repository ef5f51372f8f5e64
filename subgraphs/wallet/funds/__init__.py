"""Customers' money in this wallet's ledger, behind the kit's protocol."""
