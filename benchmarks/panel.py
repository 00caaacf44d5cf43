"""The reference panel: class C and D statistics of the clean real contests, figures only.

    RECANVASS_DATA=... python benchmarks/panel.py

reads the canonical tables, asks every class C and D method, and writes ``src/recanvass/panel.json``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from recanvass.case import Case
from recanvass.finding import Finding
from recanvass.method import method, names

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.conftest import canonical  # noqa: E402


def main() -> None:
    """Write the panel."""
    data = Path(os.environ["RECANVASS_DATA"])
    asked = [n for n in names() if method(n).evidence_class in "CD"]
    contests: dict[str, str] = {}
    statistics: dict[str, dict[str, float]] = {}
    for path in sorted((data / "canonical").glob("*.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        if about.get("label") not in ("clean", "clean-ish"):
            continue
        contests[path.stem] = about["country"]
        case = Case.of(canonical(data, path.stem))
        for name in asked:
            outcome = method(name).run(case)
            if isinstance(outcome, Finding):
                for quantity, value in outcome.answer.facts.get("panel", {}).items():
                    statistics.setdefault(f"{name}.{quantity}", {})[path.stem] = round(float(value), 6)
        print(path.stem, flush=True)
    made = {"contests": contests, "statistics": dict(sorted(statistics.items()))}
    place = ROOT / "src" / "recanvass" / "panel.json"
    place.write_text(json.dumps(made, indent=0, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
