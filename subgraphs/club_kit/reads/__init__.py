"""The rules of brands in memory, and customers' accounts."""
