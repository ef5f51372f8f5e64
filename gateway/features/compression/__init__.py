"""Compresses replies for clients that accept it."""
