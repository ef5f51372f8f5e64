"""By which methods customers pay, and which processors each of them asks."""
