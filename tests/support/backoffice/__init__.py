"""The back office's services over databases of tests, and what they decide."""
