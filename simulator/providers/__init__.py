"""Simulated reward providers with injectable faults: a sportsbook, a game platform and a wallet."""
