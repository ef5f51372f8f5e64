"""Installs Furlong itself into `.venv` as it stands in the clone: nothing is built for that."""

import shutil
import tomllib
from pathlib import Path
from typing import Final

SCRIPT: Final = """\
#!{python}
import sys

from {module} import {function}

sys.exit({function}())
"""


def install_furlong(root: Path, environment: Path) -> None:
    """Let the Python of an environment import the clone, and write the commands that pyproject.toml names."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    name, version, scripts = project["name"], project["version"], project["scripts"]
    (packages,) = environment.glob("lib/python3*/site-packages")
    for former in packages.glob(f"{name}-*.dist-info"):
        shutil.rmtree(former)
    (packages / f"{name}.pth").write_text(f"{root}\n")
    folder = packages / f"{name}-{version}.dist-info"
    folder.mkdir()
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "INSTALLER": "set_up\n",
        "entry_points.txt": "\n".join(
            ["[console_scripts]", *(f"{each} = {at}" for each, at in scripts.items()), ""]
        ),
    }
    for file, text in files.items():
        (folder / file).write_text(text)
    commands = [environment / "bin" / script for script in scripts]
    for command in commands:
        module, _, function = scripts[command.name].partition(":")
        command.write_text(
            SCRIPT.format(python=environment / "bin" / "python", module=module, function=function)
        )
        command.chmod(0o755)
    installed = [packages / f"{name}.pth", *(folder / each for each in (*files, "RECORD")), *commands]
    (folder / "RECORD").write_text("".join(f"{each},,\n" for each in installed))
