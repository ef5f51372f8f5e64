"""How a confirmed reward is paid: the worker, its unit of work, and what a person decides."""
