"""Whether a customer's week earns its reward, what is published about it, and the state that is shown."""
