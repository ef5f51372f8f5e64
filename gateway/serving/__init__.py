"""What serves the core: versions of the graph are reloaded from their sources, and operators have a port."""
