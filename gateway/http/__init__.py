"""GraphQL over HTTP: the endpoint, its routes, and the server that runs it."""
