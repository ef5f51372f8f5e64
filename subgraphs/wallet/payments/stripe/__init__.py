"""Stripe as a processor, by its own SDK (`furlong[payments]`), which is imported when an account is opened.

`adapter` sends, `questions` asks, `webhooks` and `report` read; `notices` says what Stripe's objects mean.
"""
