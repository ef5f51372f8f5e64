"""Stands in for the systems around the club: upstream, betting platform and reward providers."""
