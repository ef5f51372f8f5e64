"""Routes customers to their cells, and a cell's processes to its database, by HAProxy."""
