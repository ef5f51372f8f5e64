"""What the back office hears of cells and nodes: acknowledgements, and figures of weeks."""
