"""The request pipeline: authenticate, prepare, plan, fetch, project, encode. Start with `pipeline`."""
