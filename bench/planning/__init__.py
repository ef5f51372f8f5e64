"""The first sight of a document over generated supergraphs of 10 to 400 subgraphs."""
