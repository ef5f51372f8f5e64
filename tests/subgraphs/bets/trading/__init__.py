"""Tests of what traders decide, and of liability."""
