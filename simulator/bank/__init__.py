"""A simulated bank: takes payments as files (pain.001), and says in files what has moved (camt.053)."""
