"""Providers: what they are configured to pay, what waits for them, and which are stopped."""
