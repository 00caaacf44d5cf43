"""The figures of the spine, measured on this machine: medians of several runs and peak memory.

    python benchmarks/spine.py [RUNS]

It needs the development data (``RECANVASS_DATA``) for the Russian file of 2018; the million rows are
written to a temporary folder. It prints a table in Markdown, which is kept in ``benchmarks/README.md``.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def command(arguments: list[str], runs: int) -> tuple[float, float, float]:
    """Median wall seconds, median CPU seconds and the largest peak in MB of a command's processes."""
    wall, cpu, peak = [], [], 0.0
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "recanvass", *arguments], check=True, capture_output=True)
        wall.append(time.perf_counter() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        peak = max(peak, after.ru_maxrss / 1024)
    return statistics.median(wall), statistics.median(cpu), peak


def million_rows(path: Path) -> None:
    """A million stations with eight counts that satisfy the identities."""
    rng = np.random.default_rng(1)
    registered = rng.integers(300, 2500, 1_000_000)
    votes = rng.binomial(registered[:, None], [0.25, 0.15, 0.1, 0.05])
    invalid = rng.binomial(20, 0.2, 1_000_000)
    ballots = votes.sum(axis=1) + invalid
    columns = [registered, ballots, ballots - invalid, invalid, *votes.T]
    with path.open("w", encoding="utf-8") as file:
        file.write("station,region,registered,ballots,valid,invalid,Adams,Baker,Clark,Davis\n")
        for i, row in enumerate(zip(*columns, strict=True)):
            file.write(f"S{i:07d},Region {i % 80}," + ",".join(map(str, row)) + "\n")


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        data = os.environ.get("RECANVASS_DATA", "")
        file = Path(data) / "raw" / "russia_2018" / "2018.csv.zip"
        if file.is_file():
            arguments = ["examine", str(file), "-o", f"{folder}/out"]
            command(arguments, 1)
            rows.append(("examine, Russia 2018, 97,699 stations", "≤ 10 s wall, ≤ 1,000 MB", command(arguments, runs)))
        big = Path(folder) / "million.csv"
        million_rows(big)
        rows.append(("read, a million rows of eight counts", "≤ 5 s CPU", command(["read", str(big), "--json"], runs)))
        rows.append(("--help", "≤ 0.3 s wall", command(["--help"], max(runs, 9))))
    print("| what | target | wall, s | CPU, s | largest process, MB |\n|---|---|---|---|---|")
    for what, target, (wall, cpu, peak) in rows:
        print(f"| {what} | {target} | {wall:.2f} | {cpu:.2f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
