"""The comparison table in clean contests, real and simulated: ``src/recanvass/comparison_panel.json``.

    RECANVASS_DATA=... python benchmarks/comparison_panel.py [WORLDS]

asks `recanvass.comparison.compare` for every contest of the panel that is called clean, and for clean
simulated contests (`recanvass.scenario.draw_clean`) under seeds of their own.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from recanvass import comparison, scenario

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def table(results: Any) -> tuple[comparison.Row, ...]:
    """The rows, without the two models."""
    comparison._models = lambda results: ()
    return comparison.compare(results).rows


def main() -> None:
    """Write the panel."""
    from tests.conftest import canonical

    data = Path(os.environ["RECANVASS_DATA"])
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    contests: dict[str, str] = {}
    rows: dict[str, list[list[Any]]] = {}
    laws: dict[str, list[float]] = {}
    real = []
    for path in sorted((data / "canonical").glob("*.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        if about.get("label") not in ("clean", "clean-ish"):
            continue
        contests[path.stem] = about["country"]
        made = table(canonical(data, path.stem))
        real.append(sum(row.coloured for row in made))
        for row in made:
            rows.setdefault(f"{row.role}.{row.statistic}", []).append([path.stem, round(row.value, 5), row.coloured])
            if row.honest is not None:
                laws.setdefault(f"{row.role}.{row.statistic}", []).append(row.honest.log10_p)
        print(path.stem, real[-1], len(made), flush=True)
    simulated: dict[str, dict[str, int]] = {}
    drawn = []
    for seed in range(worlds):
        made = table(scenario.draw_clean(np.random.default_rng([20261127, seed])).results)
        drawn.append(sum(row.coloured for row in made))
        for row in made:
            cell = simulated.setdefault(
                f"{row.role}.{row.statistic}", {"columns": 0, "coloured": 0, "laws": 0, "outside": 0}
            )
            cell["columns"] += 1
            cell["coloured"] += row.coloured
            if row.honest is not None:
                cell["laws"] += 1
                cell["outside"] += not row.honest.low <= row.value <= row.honest.high
    at_least_one = {
        "contests": len(real),
        "contests_coloured": sum(n > 0 for n in real),
        "contests_mean": round(float(np.mean(real)), 2),
        "worlds": len(drawn),
        "worlds_coloured": sum(n > 0 for n in drawn),
        "worlds_mean": round(float(np.mean(drawn)), 2),
    }
    held = {"contests": contests, "rows": rows, "worlds": simulated, "at_least_one": at_least_one}
    place = ROOT / "src" / "recanvass" / "comparison_panel.json"
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(held[key], sort_keys=True)}" for key in sorted(held))
    place.write_text("{\n" + lines.replace("]], ", "]],\n").replace("}, ", "},\n") + "\n}\n", encoding="utf-8")
    print(at_least_one)
    print(
        "| row | real: laws | of them p below .05 | below .001 | simulated: laws | outside 95 % |\n|---|---|---|---|---|---|"
    )
    for key, values in sorted(laws.items()):
        p, cell = np.array(values), simulated.get(key, {"laws": 0, "outside": 0})
        below = [int((p <= math.log10(level)).sum()) for level in (0.05, 0.001)]
        print(
            f"| {key} | {len(p)} | {below[0]} | {below[1]} | {cell['laws']} | {cell['outside'] / max(cell['laws'], 1):.3f} |"
        )


if __name__ == "__main__":
    main()
