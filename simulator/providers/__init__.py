"""Providers that pay rewards: a sportsbook, a game platform and a wallet, with faults on purpose."""
