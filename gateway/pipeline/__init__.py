"""The way of an operation: from a document to a plan, and from a plan to a response."""
