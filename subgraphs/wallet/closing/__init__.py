"""The ledger closes each day: it proves itself, says what the house has and what customers hold, and signs.

In reading order: `close` is what a close says, as it is hashed; `tables` keeps closes in a chain, and which
currencies pay out nothing; `days` and `reading` say what a day is, and read what was moved in it; `holds`
stops payouts, `closer` closes days once, `verification` finds what was changed afterwards; `export` writes
closes for beancount.
"""
