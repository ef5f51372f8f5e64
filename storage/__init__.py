"""SQL, time and traces: what subgraphs and consumers both stand on."""
