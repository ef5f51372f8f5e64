"""Tests of the block of bets."""
