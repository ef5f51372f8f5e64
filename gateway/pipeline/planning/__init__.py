"""When operations are planned: in a thread when they are new, or ahead of requests."""
