"""The casino lobby: which sections and groups of games a brand shows, by two people."""
