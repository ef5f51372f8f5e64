"""Sessions for any supergraph: bearer tokens of the issuers that the settings name."""
