"""Payments by files of a bank, in ISO 20022's messages (`furlong[payments]`), for each account of the house.

`adapter` puts orders into a folder for the bank, and asks what became of them; `statements` reads what the
bank says has moved, and `arrivals` decides whether that is believed.
"""
