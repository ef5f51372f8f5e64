"""What is played beside the demo: ways to run it, an operator with a wallet of its own, and the ports."""
