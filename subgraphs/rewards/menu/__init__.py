"""What a customer may choose from: options worked out of the catalogue, kept, and shown by the graph."""
