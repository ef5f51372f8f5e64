"""The steps of the set-up: what each is made from, and what it makes."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.set_up import stamps
from tools.set_up.commands import Commands


@dataclass(frozen=True, slots=True)
class Step:
    """Something to install or to build.

    Attributes:
        title: What people read.
        stamp: The file that says for which inputs the step was done, in the folder that it makes.
        makes: A file or folder that is there afterwards.
        inputs: Paths, and patterns of paths, that it is made from.
        work: What does it.
        included_in: A step that does all of this one and more.
        of_python: Whether it depends on the Python that is used, and on the place of the clone.
        needs_node: Whether Node must be there.
    """

    title: str
    stamp: str
    makes: str
    inputs: tuple[str, ...]
    work: Callable[[Commands], None]
    included_in: "Step | None" = None
    of_python: bool = False
    needs_node: bool = False

    def is_fresh(self, root: Path) -> bool:
        """Tell whether there is nothing to do."""
        if self.included_in is not None and self.included_in.is_fresh(root):
            return True
        return (root / self.makes).exists() and stamps.is_fresh(root / self.stamp, self.digest(root))

    def do(self, commands: Commands) -> None:
        """Do the step; it counts as done only at the end."""
        root = commands.root
        wanted = self.digest(root)
        stamps.forget(root / self.stamp)
        self.work(commands)
        stamps.write(root / self.stamp, wanted)

    def digest(self, root: Path) -> str:
        """Return a hash of what the step depends on."""
        facts = (str(root), sys.executable, sys.version) if self.of_python else ()
        return stamps.digest(root, self.inputs, facts)
