"""The casino lobby: its games, its sections, and how games are opened."""
