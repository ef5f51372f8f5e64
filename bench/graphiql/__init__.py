"""How soon GraphiQL is ready: `make bench BENCH=graphiql`."""
