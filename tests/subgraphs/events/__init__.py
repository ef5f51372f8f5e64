"""Tests of the block of events."""
