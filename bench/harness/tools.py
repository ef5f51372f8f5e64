"""Install programs that benchmarks need, if the machine lacks them."""

import os
import shutil
import subprocess

from bench.harness.standstill import wait_for


class ToolMissingError(Exception):
    """A program is missing and could not be installed; the message says what to do."""


def find_wrk() -> str:
    """Return the path of wrk; install it by apt if it is missing.

    Raises:
        ToolMissingError: apt could not install it.
    """
    program = shutil.which("wrk") or _installed("wrk")
    if program is None:
        raise ToolMissingError("wrk is missing and apt-get could not install it: put wrk 4 on the PATH")
    return program


def _installed(package: str) -> str | None:
    if shutil.which("apt-get") is None:
        return None
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    print(f"installing {package}")
    wait_for(f"apt-get to install {package}", seconds=600)
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        command = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *arguments]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - the command above
    return shutil.which(package)
