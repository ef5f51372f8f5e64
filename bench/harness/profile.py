"""Profile our server under load: a flame graph and a list of the heaviest functions."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.harness.report import RESULTS
from bench.harness.servers import PROGRAMS, Server
from bench.harness.tools import ToolMissingError

RATE = 250
LISTED = 60
Loading = Callable[[float], object]


def record(name: str, server: Server, load: Loading, seconds: float) -> tuple[Path, Path]:
    """Sample a server while it is loaded, into `NAME.profile.svg` and `NAME.profile.txt`.

    Args:
        name: Name of the benchmark.
        server: The server, sampled 250 times per second.
        load: Keeps the server busy for a number of seconds.
        seconds: How long to sample.

    Raises:
        ToolMissingError: py-spy is not installed, or may not read the process.
    """
    RESULTS.mkdir(exist_ok=True)
    stacks = _sampled(name, server, load, seconds, "raw").read_text().splitlines()
    graph = _sampled(name, server, load, seconds, "flamegraph")
    listed = RESULTS / f"{name}.profile.txt"
    listed.write_text("\n".join(heaviest(stacks)) + "\n")
    return graph, listed


def heaviest(stacks: Iterable[str]) -> Iterable[str]:
    """Yield the functions with the most samples of their own, then those with the most including callees.

    Args:
        stacks: Lines such as `a;b;c 12`: functions from the outermost in, and the number of samples.
    """
    own, below, total = Counter[str](), Counter[str](), 0
    for line in stacks:
        stack, _, times = line.rpartition(" ")
        functions = stack.split(";")
        if not stack:  # the interpreter had no frame at this moment
            continue
        total += int(times)
        own[functions[-1]] += int(times)
        below.update(dict.fromkeys(functions, int(times)))
    for title, counted in (("own time", own), ("time including callees", below)):
        yield f"{title}, % of {total} samples"
        yield from (f"{times / total:7.1%}  {function}" for function, times in counted.most_common(LISTED))
        yield ""


def _sampled(name: str, server: Server, load: Loading, seconds: float, form: str) -> Path:
    suffix = "svg" if form == "flamegraph" else "stacks.txt"
    output = RESULTS / f"{name}.profile.{suffix}"
    program = shutil.which("py-spy") or str(PROGRAMS / "py-spy")
    command = [program, "record", "--pid", str(server.process.pid), "--rate", str(RATE), "--format", form]
    command += ["--duration", f"{max(1, round(seconds - 1))}", "--output", str(output), "--function"]
    try:
        sampler = subprocess.Popen(  # noqa: S603 - the command above
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    except FileNotFoundError as error:
        raise ToolMissingError("py-spy is missing: pip install py-spy") from error
    load(seconds)
    said, _ = sampler.communicate(timeout=60)
    if sampler.returncode != 0 or not output.exists():
        raise ToolMissingError(f"py-spy could not sample the server: {said}")
    return output
