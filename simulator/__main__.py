"""`python -m simulator`: runs the simulator alone."""

from simulator.cli import cli

cli(prog_name="python -m simulator")
