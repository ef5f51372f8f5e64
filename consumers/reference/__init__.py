"""What every consumer reads: account status and schemes."""
