"""How a confirmed reward is paid: the worker, its steps, and what a person decides."""
