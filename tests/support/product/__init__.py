"""All parts of an installation together, and an independent model of them."""
