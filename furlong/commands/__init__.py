"""The commands of `furlong`, by what they are for."""
