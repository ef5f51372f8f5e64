"""Carries out mutations: intent, upstream call, outcome, recovery."""
