"""Short cuts for schemas made by Strawberry."""
