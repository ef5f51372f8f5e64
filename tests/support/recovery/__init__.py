"""Changes that a crash interrupts, and what recovers them."""
