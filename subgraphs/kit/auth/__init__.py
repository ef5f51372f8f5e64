"""Authentication: signed sessions and the keys that verify them."""
