"""The lobby's consumer: brands, accounts, exclusions, and what the back office decided of lobbies."""
