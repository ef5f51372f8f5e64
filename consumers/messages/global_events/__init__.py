"""What the back office decides for all nodes: the message, its states, and the reducer that applies it."""
