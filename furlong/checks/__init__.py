"""What `furlong check` tests: everything that an installation depends on, with advice if it is wrong."""

from furlong.checks.finding import Check, Finding, Wrong, run_checks
from furlong.checks.installation import Installation, checks_of

__all__ = ["Check", "Finding", "Installation", "Wrong", "checks_of", "run_checks"]
