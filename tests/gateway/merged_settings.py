"""Settings by section, of which some are usual and further ones are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(usual: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    """Return all settings; further ones take precedence, field by field where both have a section."""
    both = {**usual, **further}
    for name in usual.keys() & further.keys():
        if isinstance(usual[name], Mapping) and isinstance(further[name], Mapping):
            both[name] = {**usual[name], **further[name]}
    return both
