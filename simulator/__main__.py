"""`python -m simulator`: the simulator by itself."""

from simulator.cli import cli

cli(prog_name="python -m simulator")
