"""What the back office receives from cells and nodes: acknowledgements, and figures of weeks."""
