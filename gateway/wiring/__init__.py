"""Builds the parts of a gateway from its settings; `gateway.app` assembles them."""
