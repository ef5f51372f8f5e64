"""Incremental delivery: responses in parts, by `@defer` and `@stream`."""
