"""The menu: the options that a customer may choose from, derived from the catalogue, cached, and shown."""
