"""Serves what moves customers' money to other processes."""
