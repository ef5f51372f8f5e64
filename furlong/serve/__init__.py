"""What answers over HTTP: the site of gateway, subgraphs and page, and the server inside other processes."""
