"""The providers' configuration as the back office decides it: applied between credits, and reported."""
