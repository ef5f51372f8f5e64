"""Data protection: exports and erasures of a person's data, and legal holds."""
