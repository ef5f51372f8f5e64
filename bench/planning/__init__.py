"""Planning of new documents over generated supergraphs of 10 to 400 subgraphs."""
