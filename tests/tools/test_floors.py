"""The floors of packages: each stands above what it imports."""

from graphlib import CycleError

import pytest

from tools.checks.floors import floors


def test_a_package_stands_above_the_highest_that_it_imports() -> None:
    """What imports nothing is at the bottom, however many stand above it."""
    imports = {"app": {"plan", "errors"}, "plan": {"errors"}, "errors": set(), "limits": set()}
    assert floors(imports) == {"errors": 1, "limits": 1, "plan": 2, "app": 3}


def test_a_circle_of_imports_has_no_floors() -> None:
    """Packages that import one another are an error, not a floor."""
    with pytest.raises(CycleError):
        floors({"plan": {"limits"}, "limits": {"plan"}})
