"""Properties whose examples wait for things: a failure is told as it was found.

Each smaller example that fails as well would wait as long again, so that a failure came after many minutes.
"""

from __future__ import annotations

from typing import Final

from hypothesis import Phase

UNSHRUNK: Final = tuple(phase for phase in Phase if phase not in {Phase.shrink, Phase.explain})
"""All phases but those that try smaller or other examples once one has failed."""
