"""Find this machine's Chromium, and the arguments to start it without display, sandbox and network."""

import shutil
import subprocess
from dataclasses import dataclass

# The shell has the same engine without the windows around it, and takes a third of the processor time.
_NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "chromium-browser")

# No sandbox, because containers run as root. The other options keep the browser off the network.
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
    """The arguments of `playwright.chromium.launch(executable_path=…, args=…)`.

    Attributes:
        executable: The path of the program.
        arguments: Its command line arguments.
    """

    executable: str
    arguments: tuple[str, ...] = _ARGUMENTS


def find_chromium() -> LocalChromium | None:
    """Find a browser that starts: on Ubuntu, the program may be a shim that only asks to install a snap."""
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
