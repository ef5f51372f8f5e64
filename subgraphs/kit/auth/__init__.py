"""Who sends a request: signed sessions and the keys that verify them."""
