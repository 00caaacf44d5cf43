"""What each method costs: CPU seconds and peak memory, and how the cost grows with the stations.

    RECANVASS_DATA=... python benchmarks/cost.py russia            # the canonical table of 2018
    python benchmarks/cost.py growth [10000 100000 1000000]        # simulated clean contests
    ... --again                                                    # forget what was measured before

Every method of the battery is in both tables; what a contest lacks is drawn for it (`drawn_cases`), and the last
column says so. Each is asked in a process of its own, after a small contest has loaded its kernels: the figures are
CPU seconds of all threads, and the highest resident memory from then on (the interpreter, its libraries and the
contest included; their level before the question is printed apart). `growth` fits the exponent of the cost between
the two largest sizes; what takes less than a tenth of a second at the largest has none worth speaking of.

Figures are kept one by one in ``.cost/`` beside this file and not measured twice, so that a run that was stopped goes
on; they belong to one state of the sources, and another state starts anew. A method that fails, or takes more than
`PATIENCE` seconds, has its reason in the table and stops nothing. Both tables together take about eight minutes on
two quiet cores, russia one of them. They are written to ``benchmarks/cost_russia.md`` and
``benchmarks/cost_growth.md``; the single figures go to standard error as they come.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from drawn_cases import DRAWN, drawn_case  # noqa: E402

from recanvass import scenario, testing  # noqa: E402
from recanvass.method import Method, method, names  # noqa: E402
from recanvass.results import Labels, Results  # noqa: E402

#: What other programs took on a machine of the same kind (CPU seconds, MB), measured by others.
PEERS = {
    "integer_percentages": "published notebook, 1,000 draws of the statistic alone, 91,152 stations: 90 s, 4,376 MB",
    "coarse_fractions": "spikes, 2,000 stations: 124 s, 253 MB",
    "fingerprint": "EFToolkit's Klimek model, 10,000 stations: 36 s, 1,198 MB; eforensics, 2,000 stations: 773 s, 305 MB",
    "turnout_surplus": "EFToolkit's nonparametric Shpilkin, 10 bootstraps, 97,699 stations: 37 s, 547 MB",
    "comparison": "EFToolkit's basic table, 10,000 stations: 203 s, 1,279 MB",
    "second_digits": "BenfordTests, 97,428 counts, first digits, 10,000 draws: 22 s",
    "last_digits": "in EFToolkit's basic table",
    "modality": "in EFToolkit's basic table",
    "skewness_kurtosis": "in EFToolkit's basic table",
    "turnout_share_correlation": "in EFToolkit's basic table",
}

FIGURES = ("cpu", "wall", "before", "peak")

#: Seconds after which a question is given up.
PATIENCE = 300

#: Below this the exponent is noise.
TOO_QUICK = 0.1

KEPT = ROOT / "benchmarks" / ".cost"


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
        return _measured(_comparison(path))
    asked: Method = method(name)
    asked.run(testing.example(asked))
    results = unpack(path)
    asked.run(drawn_case(name, results.take(np.arange(min(400, len(results))))))
    case = drawn_case(name, results)
    _ = case.digest
    return _measured(lambda: asked.run(case))


def _comparison(path: Path) -> Callable[[], Any]:
    from recanvass.comparison import compare

    results = unpack(path)
    compare(results.take(np.arange(min(400, len(results)))))
    return lambda: compare(results)


def _measured(question: Callable[[], Any]) -> dict[str, Any]:
    forget_peak()
    before, wall, cpu = memory("VmRSS"), time.perf_counter(), time.process_time()
    outcome = question()
    figures = time.process_time() - cpu, time.perf_counter() - wall, before, memory("VmHWM")
    reason = getattr(outcome, "reason", "")
    return dict(zip(FIGURES, figures, strict=True)) | {"asked": not reason, "reason": reason}


def state() -> str:
    """A hash of the sources that are timed."""
    made = hashlib.sha256()
    for path in sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")]):
        made.update(path.read_bytes())
    return made.hexdigest()[:16]


def measured(name: str, path: Path, label: str) -> dict[str, Any]:
    """One question, in a process of its own, or as it was measured before of the same sources."""
    kept = KEPT / f"{state()}-{label}-{name}.json"
    if kept.is_file():
        made: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        return made
    command = [sys.executable, __file__, "ask", name, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        made = {"asked": False, "reason": f"more than {PATIENCE} s"}
    else:
        lines = (done.stderr if done.returncode else done.stdout).strip().splitlines()
        made = {"asked": False, "reason": (lines or ["no word"])[-1]} if done.returncode else json.loads(lines[-1])
    text = " ".join(f"{k} {made[k]:.2f}" for k in FIGURES) if made["asked"] else made["reason"]
    print(f"{name:28} {label:>9} {text}", file=sys.stderr, flush=True)
    KEPT.mkdir(exist_ok=True)
    kept.write_text(json.dumps(made), encoding="utf-8")
    return made


def listed() -> list[str]:
    """The methods, and the comparison."""
    return [*names(), "comparison"]


def russia(folder: Path) -> list[str]:
    """The table for 97,699 stations."""
    from tests.conftest import canonical

    path = folder / "russia.npz"
    pack(canonical(Path(os.environ["RECANVASS_DATA"]), "russia_2018"), path)
    rows = ["| method | CPU, s | memory, MB: peak (before) | peer | drawn for it |", "|---|---|---|---|---|"]
    total, drawn = 0.0, 0.0
    for name in listed():
        made = measured(name, path, "russia")
        told = f"{PEERS.get(name, '–')} | {DRAWN.get(name, '–')} |"
        if not made["asked"]:
            rows.append(f"| {name} | not asked: {made['reason']} | – | {told}")
            continue
        total += made["cpu"] * (name in names() and name not in DRAWN)
        drawn += made["cpu"] * (name in DRAWN)
        rows.append(f"| {name} | {made['cpu']:.2f} | {made['peak']:.0f} ({made['before']:.0f}) | {told}")
    rows.append(f"| all methods that the table answers, one after the other | {total:.2f} | | | – |")
    return [*rows, f"| all others, with what was drawn | {drawn:.2f} | | | |"]


def growth(folder: Path, sizes: list[int]) -> list[str]:
    """The table of growth."""
    paths = []
    for size in sizes:
        paths.append(folder / f"{size}.npz")
        pack(scenario.scenario("clean_mixture").build(np.random.default_rng(1), size).results, paths[-1])
    head = " | ".join(f"{size:,}: CPU, s" for size in sizes)
    rows = [
        f"| method | {head} | exponent | peak at the largest, MB (before) | drawn for it |",
        "|---" * (len(sizes) + 4) + "|",
    ]
    steep: dict[str, float] = {}
    for name in listed():
        made = [measured(name, path, str(size)) for path, size in zip(paths, sizes, strict=True)]
        cells = " | ".join(f"{m['cpu']:.2f}" if m["asked"] else m["reason"] for m in made)
        last, told = made[-1], DRAWN.get(name, "–")
        peak = f"{last['peak']:.0f} ({last['before']:.0f})" if last["asked"] else "–"
        power = exponent(made, sizes)
        if power is not None:
            steep[name] = power
        shown = "–" if power is None else f"{power:.2f}"
        rows.append(f"| {name} | {cells} | {shown} | {peak} | {told} |")
    return [*rows, "", statement(steep)]


def exponent(made: list[Mapping[str, Any]], sizes: list[int]) -> float | None:
    """Of the cost between the two largest sizes; None where there are not two, or the cost is noise."""
    if len(made) < 2 or not all(m["asked"] for m in made[-2:]) or made[-1]["cpu"] < TOO_QUICK:
        return None
    least = 1e-3  # the clock's step
    return math.log(made[-1]["cpu"] / max(made[-2]["cpu"], least)) / math.log(sizes[-1] / sizes[-2])


def statement(steep: Mapping[str, float]) -> str:
    """In a sentence, how fast the cost of the steepest methods grows."""
    if not steep:
        return "No method takes long enough for its growth to be told."
    ranked = sorted(steep, key=lambda name: -steep[name])
    above = [f"{name} {steep[name]:.2f}" for name in ranked if steep[name] > 1.1]
    middle = sorted(steep.values())[len(steep) // 2]
    told = f"Above 1.1: {', '.join(above)}." if above else "None is above 1.1."
    return f"Exponents of {len(steep)} methods: {middle:.2f} in the middle, {steep[ranked[0]]:.2f} at most. {told}"


def main() -> None:
    """Measure, and write the table."""
    what, *rest = [word for word in sys.argv[1:] if word != "--again"]
    if what == "ask":
        print(json.dumps(ask(rest[0], Path(rest[1]))))
        return
    if "--again" in sys.argv and KEPT.is_dir():
        for kept in KEPT.glob("*.json"):
            kept.unlink()
    with tempfile.TemporaryDirectory() as folder:
        sizes = [int(n) for n in rest] or [10_000, 100_000, 1_000_000]
        rows = russia(Path(folder)) if what == "russia" else growth(Path(folder), sizes)
    place = ROOT / "benchmarks" / f"cost_{what}.md"
    place.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(place.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
