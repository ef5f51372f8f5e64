"""Compares what we know of payments with what processors and banks report of each day."""
