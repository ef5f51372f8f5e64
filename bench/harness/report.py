"""The output of a benchmark: a table on the terminal, and a JSON file."""

import json
from collections.abc import Mapping
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[1] / "results"


def write(
    folder: Path,
    name: str,
    figures: Mapping[str, object],
    ratios: Mapping[str, float],
    left_out: Mapping[str, str] | None = None,
) -> None:
    """Write `NAME.json` into a folder; peers that could not be measured are named in it, with the reasons."""
    folder.mkdir(parents=True, exist_ok=True)
    content: dict[str, object] = {"name": name, "figures": figures, "ratios": ratios}
    if left_out:
        content["left_out"] = left_out
    (folder / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")


def show(figures: Mapping[str, Mapping[str, float]], ratios: Mapping[str, float]) -> None:
    """Print one row per contender, then the ratios."""
    print(f"\n{'':22}{'req/s':>10}{'least':>10}{'greatest':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}")
    for name, row in figures.items():
        print(
            f"{name:22}{row['requests_per_second']:10.0f}{row['least']:10.0f}{row['greatest']:10.0f}"
            f"{row['p50_ms']:9.2f}{row['p99_ms']:9.2f}{row['cpu_us_per_request']:9.0f}"
        )
    for ratio, value in ratios.items():
        print(f"{ratio:40}{value:8.2f}")
