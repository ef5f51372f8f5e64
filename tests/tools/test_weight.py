"""The lint for weight: what counts as code, and which growth needs a sentence."""

from pathlib import Path

import pytest

from tools.checks import weight

MODULE = '''"""A module.

Of two paragraphs.
"""

# A comment.
LIMIT = 1
"""What a limit is."""


def double(number):
    """Return twice a number."""
    text = """
    # this is a text
    """  # a comment beside code
    return number * 2, text
'''


def test_blank_lines_comments_and_docstrings_are_no_code() -> None:
    """A string that is a value is code, but for lines that look like comments."""
    assert weight.code_lines(MODULE) == 5


def test_a_package_that_grew_by_a_tenth_needs_a_sentence(tmp_path: Path) -> None:
    """A new one does, too; what the changelog says of an earlier release does not count."""
    before = {"gateway": 100, "jit": 100, "cells": 0}
    assert weight.grown({"gateway": 109, "jit": 110, "cells": 5}, before) == {"jit", "cells"}
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text(
        "# Changelog\n\n## [Unreleased]\n\n### Added\n- `cells`\n\n"
        "### Weight\n- `jit` grew by a compiler.\n\n## [1.0.0]\n\n### Weight\n- `cells` grew.\n"
    )
    assert weight.explained(changelog) == {"jit"}


def test_the_table_has_each_package_and_the_product() -> None:
    """Tests and benchmarks are beside the product's sum."""
    packages = (*weight.PRODUCT, *weight.BESIDE)
    shown = weight.table(dict.fromkeys(packages, 11), dict.fromkeys(packages, 10), "1.0.0").splitlines()
    assert [line.split()[0] for line in shown[1:]] == [*packages, "product"]
    assert shown[-1].split() == ["product", "121", "110", "+10.0", "%"]


@pytest.mark.parametrize("package", weight.PRODUCT)
def test_each_package_is_counted(package: str) -> None:
    """One that has moved would be weighed as nothing."""
    assert any((weight.ROOT / package).glob("*.py"))
