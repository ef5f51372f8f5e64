"""The subgraphs of the club's graph, and the kit that they share."""
