"""Stands in for the systems around the club: upstream squad, betting platform and reward providers."""
