"""What a check is: a command, and the files that it reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """A program that passes or fails by what is in the repository.

    Attributes:
        name: What `make check ARGS=NAME` calls it.
        group: The target of the Makefile that runs it: `python` for `make check-python`.
        command: The program and its arguments.
        reads: Patterns of the files that it reads, relative to the root; `*` also stands for `/`.
        ignores: Patterns of files that it does not read, among these.
        built: Patterns of built files that it reads, which git ignores; `*` does not stand for `/`.
        folder: The working directory of the command, relative to the root.
        remembers: Arguments by which it skips files that it has seen, unless everything is checked: it does
            not notice what a changed file means for an unchanged one, so this is for a check that CI repeats.
        tells: Whether what it prints is shown though it passes.
    """

    name: str
    group: str
    command: tuple[str, ...]
    reads: tuple[str, ...]
    ignores: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    folder: str = "."
    remembers: tuple[str, ...] = ()
    tells: bool = False
