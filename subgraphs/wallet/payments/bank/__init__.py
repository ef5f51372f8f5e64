"""Payments by files of a bank, in ISO 20022's messages (`furlong[payments]`), for each account of the house.

`statements` reads what the bank says has moved.
"""
