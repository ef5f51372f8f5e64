"""The platform's feeds into the progress contract: one pure mapping a feed, and what carries them."""
