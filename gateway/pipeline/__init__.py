"""How a request is answered: authenticate, prepare, plan, fetch, project, encode; `pipeline` is all of it."""
