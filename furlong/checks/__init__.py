"""What `furlong check` tests: everything that an installation depends on, with advice if it is wrong."""

from furlong.checks.finding import Check, CheckFailed, Finding, run_checks
from furlong.checks.installation import Installation, checks_of

__all__ = ["Check", "CheckFailed", "Finding", "Installation", "checks_of", "run_checks"]
