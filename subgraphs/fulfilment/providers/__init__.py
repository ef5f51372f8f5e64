"""Those who pay rewards out: what is asked of them, and the adapters that ask it."""
