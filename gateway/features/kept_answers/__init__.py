"""Keeps encoded answers, and gives them again as long as all that they were made of is the same."""
