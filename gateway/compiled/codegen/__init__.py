"""Code generation: writes the Python functions of a plan, before any request is executed."""
