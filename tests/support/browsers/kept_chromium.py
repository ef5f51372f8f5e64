"""The Chromium of this process: launched once, and lent to one test or module after the other.

A launch, with the driver's, takes half a second of processor time. Between its calls Playwright leaves its
event loop marked as the one that runs in the thread, which refuses all others: here it is marked only while
the browser is lent.
"""

import atexit
import sys
from asyncio import AbstractEventLoop
from asyncio.events import _get_running_loop, _set_running_loop
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Browser, Playwright, sync_playwright

from tools.local_chromium import LocalChromium

STEADY: Final = ("--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb")
"""Arguments for a browser that draws letters as other machines do."""


@dataclass(frozen=True)
class _Kept:
    playwright: Playwright
    browser: Browser
    loop: AbstractEventLoop | None
    hooks: Any


_KEPT: Final[dict[LocalChromium, _Kept]] = {}


@contextmanager
def launched_chromium(chromium: LocalChromium) -> Iterator[Browser]:
    """Lend the browser for the duration of the block; what the block opens in it is closed at its end."""
    before = _get_running_loop(), sys.get_asyncgen_hooks()
    kept = _kept(chromium)
    _mark(kept.loop, kept.hooks)
    others = kept.browser.contexts
    try:
        yield kept.browser
    finally:
        for context in kept.browser.contexts:
            if context not in others:
                context.close()
        _mark(*before)


def end_kept_chromium() -> None:
    """End the browsers of this process, if there are any: the next one that is lent is launched."""
    while _KEPT:
        _, kept = _KEPT.popitem()
        before = _get_running_loop(), sys.get_asyncgen_hooks()
        _mark(kept.loop, kept.hooks)
        kept.browser.close()
        kept.playwright.stop()
        _mark(*before)


def _kept(chromium: LocalChromium) -> _Kept:
    kept = _KEPT.get(chromium)
    if kept is None or not kept.browser.is_connected():
        end_kept_chromium()
        atexit.register(end_kept_chromium)
        playwright = sync_playwright().start()
        browser = playwright.chromium.launch(
            executable_path=chromium.executable, args=[*chromium.arguments, *STEADY]
        )
        kept = _Kept(playwright, browser, _get_running_loop(), sys.get_asyncgen_hooks())
        _KEPT[chromium] = kept
    return kept


def _mark(loop: AbstractEventLoop | None, hooks: Any) -> None:
    _set_running_loop(loop)
    sys.set_asyncgen_hooks(*hooks)
