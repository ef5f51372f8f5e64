"""A measured run says which statements no test ran, whatever became of the process that ran them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.runner.coverage import recording
from tools.runner.coverage.blocks import mark
from tools.runner.coverage.measurement import UNMEASURED, product_modules

ROOT = Path(__file__).resolve().parents[2]
BRANCHES = '''
"""A module."""
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import nothing

class Shop:
    """A class."""
    till: int = 0
    def sell(self, price):
        """A method."""
        if price < 0:
            raise ValueError(price)
        elif not price:
            return "free"
        self.till += price
        return "sold"

def kind(thing):
    match thing:
        case int():
            return "number"
        case _:
            return "other"

async def wait(reader):
    async with reader as opened:
        async for line in opened:
            print(line)
    return None

try:
    Shop().sell(-1)
except ValueError:
    said = Shop().sell(1)
else:
    said = "nothing"
finally:
    kind(1)
'''
RUN = {
    "from typing import TYPE_CHECKING",
    "class Shop:",
    "if price < 0:",
    "raise ValueError(price)",
    "elif not price:",
    "self.till += price",
    "match thing:",
    'return "number"',
    "Shop().sell(-1)",
    "said = Shop().sell(1)",
    "kind(1)",
}
NOT_RUN = {
    'return "free"',
    'return "other"',
    "async with reader as opened:",
    "async for line in opened:",
    "print(line)",
    "return None",
    'said = "nothing"',
}


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> bytearray:
    """The marks of a module that is run in the test's own process."""
    marks = bytearray(99)

    class OneModule:
        def marks_of(self, _: str) -> bytearray:
            return marks

    monkeypatch.setattr(recording, "_recordings", [OneModule()])
    return marks


def test_each_block_says_whether_it_was_run(marks: bytearray) -> None:
    """The branches that were taken have their marks, the others have none; the module does what it did."""
    code, blocks = mark(BRANCHES, "shop.py")
    namespace: dict[str, object] = {"__name__": "shop"}
    exec(code, namespace)  # noqa: S102 - the text above
    assert namespace["said"] == "sold"
    assert namespace["__doc__"] == "A module."
    lines = BRANCHES.splitlines()
    told = {lines[block.line - 1].strip(): bool(marks[at]) for at, block in enumerate(blocks)}
    assert told == dict.fromkeys(RUN, True) | dict.fromkeys(NOT_RUN, False)


def test_every_module_of_the_product_can_be_marked() -> None:
    """Marks change neither a module's text nor the names of its functions, and each block has a statement."""
    modules = product_modules(ROOT)
    assert {path.relative_to(ROOT).parts[0] for path in modules} >= {
        "gateway",
        "subgraphs",
        "consumers",
        "jit",
    }
    assert not {path.relative_to(ROOT).parts[0] for path in modules} & set(UNMEASURED)
    for path in modules[::20]:
        code, blocks = mark(path.read_text(), str(path))
        assert code.co_filename == str(path)
        assert all(block.statements > 0 for block in blocks)


MEASURED_TEST = """
import os, signal, subprocess, sys

def test_runs_something():
    killed = "import os, signal; import shop; shop.sell(); os.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run([sys.executable, "-c", killed], check=False)
    if os.fork() == 0:
        import shop
        shop.rent()
        os._exit(0)
    os.wait()
"""
SHOP = """
def sell():
    return 1

def rent():
    return 2

def lend():
    return 3
"""


def test_what_killed_and_forked_processes_ran_counts(tmp_path: Path, processes: None) -> None:
    """The lines of functions that only such processes ran are not among those that no test ran."""
    (tmp_path / "product").mkdir()
    (tmp_path / "product" / "shop.py").write_text(SHOP)
    (tmp_path / "test_shop.py").write_text(MEASURED_TEST)
    for command in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    measure = (
        "import sys, pytest; from pathlib import Path; "
        "from tools.runner.coverage.measurement import Measurement; "
        "root = Path.cwd(); measurement = Measurement(root, root / 'coverage'); measurement.begin(); "
        "sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider'], plugins=[measurement]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", measure],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{tmp_path / 'product'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / "coverage" / "missed.txt").read_text().splitlines() == ["product/shop.py:9"]
    assert "product" in run.stdout
    assert not list((tmp_path / "coverage").glob("*.marks"))
