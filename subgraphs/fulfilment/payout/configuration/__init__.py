"""The configuration of providers, as the back office decides it: applied between credits, and reported."""
