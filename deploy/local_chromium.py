"""The Chromium of this machine, and how Playwright starts it without a display, a sandbox or a network."""

import shutil
import subprocess
from dataclasses import dataclass

_NAMES = ("chromium", "google-chrome", "chromium-browser")

# No sandbox, because containers run as root. The rest keeps the browser from calling home.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class LocalChromium:
    """What `playwright.chromium.launch(executable_path=…, args=…)` wants.

    Attributes:
        executable: the path of the program.
        arguments: its command line arguments.
    """

    executable: str
    arguments: tuple[str, ...] = _ARGUMENTS


def find_chromium() -> LocalChromium | None:
    """Find a browser that really starts: on Ubuntu the program may be a shim that only asks for a snap."""
    for name in _NAMES:
        path = shutil.which(name)
        if path is not None and _starts(path):
            return LocalChromium(path)
    return None


def _starts(path: str) -> bool:
    try:
        return (
            subprocess.run([path, "--version"], capture_output=True, check=False, timeout=60).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
