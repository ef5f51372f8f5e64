"""Pages and screens in real browsers, for which tests wait as long on a slow machine as they need."""

from typing import Final

from playwright.sync_api import expect

PATIENCE_MS: Final = 180_000

expect.set_options(timeout=PATIENCE_MS)
