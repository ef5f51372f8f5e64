"""The progress consumer beside a plain loop, a JDBC sink connector, and the same rows without rules."""
