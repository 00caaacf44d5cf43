"""How well the rules of ``recanvass record draft`` read invented articles.

    python benchmarks/drafting/run.py [--json] [--missed]

A claim counts as found if a proposal of its kind holds the words of its key (and names its
speaker, where several claims share a key); a proposal counts as right if it finds an annotated
claim. *Whatever the kind* drops the first condition. Speaker, chain, figure and date are scored on
the claims that were found. The articles are ours; the held-out ones were written after the rules
were fixed and have not changed them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from recanvass.record.drafting import Draft, Proposal, draft

HERE = Path(__file__).parent
FIELDS = ("speaker", "through", "figure", "date")


def scored(articles: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts over some articles: found, wrong, missed, by kind and by field."""
    kinds: dict[str, list[int]] = {}
    fields = {name: [0, 0] for name in FIELDS}
    parts = [0, 0, 0]
    loose = [0, 0]
    missed: list[str] = []
    wrong: list[str] = []
    for number, article in enumerate(articles, 1):
        made = _draft(article)
        _parts(made, article["not_report"], parts)
        left = list(made.proposals)
        loose[0] += sum(any(c["key"] in p.exact for p in left) for c in article["claims"])
        loose[1] += sum(any(c["key"] in p.exact for c in article["claims"]) for p in left)
        for claim in article["claims"]:
            proposal = _match(claim, left)
            tally = kinds.setdefault(claim["kind"], [0, 0, 0])
            if proposal is None:
                tally[2] += 1
                missed.append(f"{number}: {claim['kind']}: {claim['key']}")
                continue
            tally[0] += 1
            left.remove(proposal)
            _fields(claim, proposal, fields, missed, number)
        for proposal in left:
            kinds.setdefault(proposal.kind, [0, 0, 0])[1] += 1
            wrong.append(f"{number}: {proposal.kind}: {proposal.exact}")
    found, extra, lost = (sum(t[k] for t in kinds.values()) for k in range(3))
    return {
        "articles": len(articles),
        "claims": found + lost,
        "proposals": found + extra,
        "precision": _ratio(found, found + extra),
        "recall": _ratio(found, found + lost),
        "recall_any_kind": _ratio(loose[0], found + lost),
        "precision_any_kind": _ratio(loose[1], found + extra),
        "kinds": {k: {"found": t[0], "wrong": t[1], "missed": t[2]} for k, t in sorted(kinds.items())},
        "fields": {k: {"right": right, "of": total} for k, (right, total) in fields.items()},
        "paragraphs_apart": {"found": parts[0], "wrong": parts[1], "missed": parts[2]},
        "missed": missed,
        "wrong": wrong,
    }


def _draft(article: dict[str, Any]) -> Draft:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "article.txt"
        path.write_text(article["text"].strip() + "\n", encoding="utf-8")
        return draft(path, published=article["published"])


def _match(claim: dict[str, Any], left: list[Proposal]) -> Proposal | None:
    same = [p for p in left if p.kind == claim["kind"] and claim["key"] in p.exact]
    named = [p for p in same if claim["speaker"] and claim["speaker"].lower() in p.speaker.lower()]
    return next(iter(named or same), None)


def _fields(claim: dict[str, Any], proposal: Proposal, fields: dict[str, list[int]], missed: list[str], n: int) -> None:
    right = {
        "speaker": claim["speaker"].lower() in proposal.speaker.lower() if claim["speaker"] else not proposal.speaker,
        "through": sorted(claim.get("through", [])) == sorted(proposal.through),
    }
    if "hedge" in claim:
        said = proposal.quantity
        right["figure"] = said is not None and said.hedge == claim["hedge"] and float(said.value) == claim["value"]
    if "date" in claim:
        right["date"] = proposal.when is not None and proposal.when.first == claim["date"]
    for name, ok in right.items():
        fields[name][0] += ok
        fields[name][1] += 1
        if not ok:
            missed.append(f"{n}: {name} of {claim['key']!r}: {proposal.speaker!r} {proposal.through}")


def _parts(made: Draft, expected: list[str], parts: list[int]) -> None:
    apart = [p.text for p in made.parts if p.kind != "report"]
    hits = [e for e in expected if any(text.startswith(e) for text in apart)]
    parts[0] += len(hits)
    parts[1] += sum(not any(text.startswith(e) for e in expected) for text in apart)
    parts[2] += len(expected) - len(hits)


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def main(arguments: list[str] | None = None) -> int:
    """Print the figures of both sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--missed", action="store_true", help="list what was missed and what was wrong")
    chosen = parser.parse_args(arguments)
    result = {}
    for name in ("development", "held_out"):
        path = HERE / f"{name}.toml"
        if path.is_file():
            result[name] = scored(tomllib.loads(path.read_text(encoding="utf-8"))["articles"])
    if chosen.json:
        print(json.dumps(result, indent=1, ensure_ascii=False))
        return 0
    for name, one in result.items():
        print(f"{name}: {one['articles']} articles, {one['claims']} claims, {one['proposals']} proposals")
        print(f"  precision {one['precision']:.2f}, recall {one['recall']:.2f}")
        print(f"  whatever the kind: precision {one['precision_any_kind']:.2f}, recall {one['recall_any_kind']:.2f}")
        for kind, t in one["kinds"].items():
            print(f"  {kind:16} found {t['found']:3}  wrong {t['wrong']:3}  missed {t['missed']:3}")
        for field, t in one["fields"].items():
            print(f"  {field:16} right {t['right']:3} of {t['of']:3}")
        print(f"  paragraphs apart {one['paragraphs_apart']}")
        if chosen.missed:
            print(*(f"    missed  {m}" for m in one["missed"]), *(f"    wrong   {w}" for w in one["wrong"]), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
