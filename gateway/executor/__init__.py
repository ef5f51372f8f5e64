"""Running plans."""

from gateway.executor.failures import Failure, Failures
from gateway.executor.run import Context, Fetched, run

__all__ = ["Context", "Failure", "Failures", "Fetched", "run"]
