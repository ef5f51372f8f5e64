"""Mocked answers from the schema alone, for designing pages before there is a backend."""
