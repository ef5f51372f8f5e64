"""Takes slips, and brings bets to their end, whoever is killed in between."""
