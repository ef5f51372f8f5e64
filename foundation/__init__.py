"""What every package may stand on, and what stands on no other: storage, tokens, signatures, logs, traces."""
