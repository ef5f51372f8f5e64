"""The casino lobby: games of several providers, where each may be played, and how brands show them."""
