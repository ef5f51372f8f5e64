"""What the law asks for: a person's data exported or erased, and legal holds respected."""
