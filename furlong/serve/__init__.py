"""What is served over HTTP: the site (gateway, subgraphs and page), and the server inside other processes."""
