"""A version of a scheme: its form, its checks, and the message that publishes it."""
