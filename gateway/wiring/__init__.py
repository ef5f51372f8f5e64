"""Builds the parts of a gateway from its settings; `gateway.app` puts them together."""
