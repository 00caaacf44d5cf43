"""What each method costs: CPU seconds and peak memory, and how the cost grows with the stations.

    RECANVASS_DATA=... python benchmarks/cost.py russia            # the canonical table of 2018
    python benchmarks/cost.py growth [10000 100000 1000000]        # simulated clean contests

Each method is asked in a process of its own, after a small contest has loaded its kernels: the figures are
CPU seconds of all threads, and the highest resident memory from then on (the interpreter, its libraries and
the contest included; their level before the question is printed apart). `growth` fits the exponent of the
cost between the two largest sizes. The tables are written to ``benchmarks/cost_russia.md`` and
``benchmarks/cost_growth.md``; the single figures go to standard error as they come.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from recanvass import scenario, testing
from recanvass.case import Case
from recanvass.finding import Finding
from recanvass.method import Method, method, names
from recanvass.results import Labels, Results

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

#: What other programs took on a machine of the same kind (CPU seconds, MB), measured by others.
PEERS = {
    "integer_percentages": "published notebook, 1,000 draws of the statistic alone, 91,152 stations: 90 s, 4,376 MB",
    "coarse_fractions": "spikes, 2,000 stations: 124 s, 253 MB",
    "fingerprint": "EFToolkit's Klimek model, 10,000 stations: 36 s, 1,198 MB; eforensics, 2,000 stations: 773 s, 305 MB",
    "turnout_surplus": "EFToolkit's nonparametric Shpilkin, 10 bootstraps, 97,699 stations: 37 s, 547 MB",
    "comparison": "EFToolkit's basic table, 10,000 stations: 203 s, 1,279 MB",
}

FIGURES = ("cpu", "wall", "before", "peak")


def pack(results: Results, path: Path) -> None:
    """The table as arrays on disk, so that each process reads it at no cost worth speaking of."""
    arrays: dict[str, Any] = {"votes": results.votes, "options": np.array(results.options)}
    arrays |= {f"count:{n}": v for n, v in results.counts.items()}
    arrays |= {f"absent:{n}": v for n, v in results.absent.items()}
    for level, labels in results.places.items():
        arrays |= {f"names:{level}": np.array(labels.names), f"codes:{level}": labels.codes}
    np.savez(path, **arrays)


def unpack(path: Path) -> Results:
    """The table that `pack` wrote."""
    with np.load(path) as held:
        taken = {kind: {k.split(":", 1)[1]: held[k] for k in held if k.startswith(f"{kind}:")} for kind in _KINDS}
        places = {n: Labels(tuple(v.tolist()), taken["codes"][n]) for n, v in taken["names"].items()}
        options = tuple(held["options"].tolist())
        return Results(options, held["votes"].copy(), taken["count"], taken["absent"], places)


_KINDS = ("count", "absent", "names", "codes")


def whole_case(results: Results) -> Case:
    """The table with whatever the other rooms ask for: an earlier contest, and a list of counting machines."""
    rng = np.random.default_rng(3)
    base = results.votes.sum(axis=1)
    rate = results.votes / np.maximum(base, 1)[:, None]
    votes = rng.binomial(base[:, None], np.clip(rate * rng.normal(1, 0.05, rate.shape), 0, 1))
    before = results.with_counts(votes=votes, valid=votes.sum(axis=1)) if "valid" in results.counts else results
    machines = tuple(results.stations[i] for i in np.flatnonzero(rng.random(len(results)) < 0.1))
    return replace(Case.of(results), earlier={"the earlier contest": before}, machine_counted=machines)


def memory(key: str) -> float:
    """VmRSS or VmHWM of this process, MB; where the system does not say, nothing."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return math.nan
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(key))


def forget_peak() -> None:
    """Let the highest resident memory count from here on."""
    if Path("/proc/self/clear_refs").exists():
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def ask(name: str, path: Path) -> dict[str, Any]:
    """One question, in this process."""
    if name == "comparison":
        return _measured(_comparison(path), lambda: Finding)
    asked: Method = method(name)
    asked.run(testing.example(asked))
    case = whole_case(unpack(path))
    asked.run(replace(case, results=case.results.take(np.arange(min(400, len(case.results))))))  # type: ignore[union-attr]
    _ = case.digest
    return _measured(lambda: asked.run(case), lambda: Finding)


def _comparison(path: Path) -> Any:
    from recanvass.comparison import compare

    results = unpack(path)
    compare(results.take(np.arange(min(400, len(results)))))
    return lambda: compare(results)


def _measured(question: Any, kind: Any) -> dict[str, Any]:
    forget_peak()
    before, wall, cpu = memory("VmRSS"), time.perf_counter(), time.process_time()
    outcome = question()
    made = dict(
        zip(
            FIGURES,
            (time.process_time() - cpu, time.perf_counter() - wall, before, memory("VmHWM")),
            strict=True,
        )
    )
    reason = getattr(outcome, "reason", "")
    return made | {"asked": not reason, "reason": reason}


def measured(name: str, path: Path) -> dict[str, Any]:
    """One question, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "ask", name, str(path)], capture_output=True, text=True)
    if done.returncode:
        return {"asked": False, "reason": done.stderr.strip().splitlines()[-1]}
    made: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    text = " ".join(f"{k} {made[k]:.2f}" for k in FIGURES) if made["asked"] else made["reason"]
    print(f"{name:28} {text}", file=sys.stderr, flush=True)
    return made


def listed() -> list[str]:
    """The methods, and the comparison where there is one."""
    there = (ROOT / "src" / "recanvass" / "comparison.py").exists()
    return [*names(), *(["comparison"] if there else [])]


def russia(folder: Path) -> list[str]:
    """The table for 97,699 stations."""
    from tests.conftest import canonical

    path = folder / "russia.npz"
    pack(canonical(Path(os.environ["RECANVASS_DATA"]), "russia_2018"), path)
    rows = [
        "| method | CPU, s | memory, MB: peak (before) | peer |",
        "|---|---|---|---|",
    ]
    total = 0.0
    for name in listed():
        made = measured(name, path)
        if made["asked"]:
            total += made["cpu"] * (name in names())
            peer = PEERS.get(name, "–")
            rows.append(f"| {name} | {made['cpu']:.2f} | {made['peak']:.0f} ({made['before']:.0f}) | {peer} |")
    return [*rows, f"| all methods, one after the other | {total:.2f} | | |"]


def growth(folder: Path, sizes: list[int]) -> list[str]:
    """The table of growth."""
    paths = []
    for size in sizes:
        world = scenario.scenario("clean_mixture").build(np.random.default_rng(1), size)
        paths.append(folder / f"{size}.npz")
        pack(world.results, paths[-1])
    head = " | ".join(f"{size:,}: CPU, s" for size in sizes)
    rows = [
        f"| method | {head} | exponent | peak at the largest, MB (before) |",
        "|---" * (len(sizes) + 3) + "|",
    ]
    for name in listed():
        made = [measured(name, path) for path in paths]
        if all(m["asked"] for m in made):
            cpu = [m["cpu"] for m in made]
            power = math.log(cpu[-1] / cpu[-2]) / math.log(sizes[-1] / sizes[-2])
            cells = " | ".join(f"{c:.2f}" for c in cpu)
            rows.append(f"| {name} | {cells} | {power:.2f} | {made[-1]['peak']:.0f} ({made[-1]['before']:.0f}) |")
    return rows


def main() -> None:
    """Measure, and write the table."""
    what, *rest = sys.argv[1:]
    if what == "ask":
        print(json.dumps(ask(rest[0], Path(rest[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        sizes = [int(n) for n in rest] or [10_000, 100_000, 1_000_000]
        rows = russia(Path(folder)) if what == "russia" else growth(Path(folder), sizes)
    place = ROOT / "benchmarks" / f"cost_{what}.md"
    place.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(place.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
