"""What a rank would have shown in simulated contests, as measured: figures, and the sentences that carry them.

The part ``ranks`` of the table that ships is made by ``recanvass calibrate --ranks`` (`recanvass.rank_surface`). For
a finding of class C or D the manipulation that is named is chosen by rule: of all that were planted into contests
with the shapes of real clean ones, at the size nearest to the contest at hand (by ratio), the one that put the
finding's figure above every clean contest most often, if that was in `LEAST` of the contests or more and clearly more
often than with nothing done. Of equal ones the first by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any

from recanvass import wording
from recanvass.measured_alarms import table

#: Below this rate no manipulation is said to be seen.
LEAST = 0.5

#: The kind of clean contest whose planted ones are told: that with the shapes of real clean contests.
TOLD = "fitted_contest"


def figures(name: str, facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the table holds about the figure that a finding ranks, at the size nearest to the contest at hand.

    Parameters
    ----------
    name : str
        A method.
    facts : mapping
        The facts of its finding: ``stations``, and ``contests``, the clean contests that it was ranked among.

    Returns
    -------
    dict or None
        ``statistic``; ``pairs``: whether it compares two contests, so that what follows counts pairs of them;
        ``panel``: the real clean contests of the panel; ``clean`` and ``clean_above``: contests of the
        class, and those in which the figure stood above every contest of the panel; ``size``; ``tried``: manipulations
        and doses; ``nothing_done`` and ``nothing_done_above``; ``best``: None, or ``manipulation``, ``parameters``,
        ``planted`` and ``planted_above``.
        None where the finding has no rank or the table no figures.
    """
    ranks, stations = table().get("ranks", {}), facts.get("stations")
    pairs = name in ranks.get("pairs", {}).get("ranked", {})
    ranks = ranks["pairs"] if pairs else ranks
    statistic = ranks.get("ranked", {}).get(name)
    if not statistic or not facts.get("contests") or "below" not in facts or not stations:
        return None
    rows = [row for row in ranks["planted"] if row["planted_into"] == TOLD and statistic in row["asked"]]
    if not rows or statistic not in ranks["clean"]["asked"]:
        return None
    size = min({row["stations"] for row in rows}, key=lambda each: (abs(log(each / stations)), each))
    here = [row for row in rows if row["stations"] == size]
    clean, nothing = ranks["clean"], ranks["nothing_done"].get(TOLD, {}).get(str(size), {})
    return {
        "statistic": statistic,
        "pairs": pairs,
        "panel": ranks["panel"][statistic],
        "clean": clean["asked"][statistic],
        "clean_above": clean["largest"].get(statistic, 0),
        "size": size,
        "tried": len(here),
        "nothing_done": nothing.get("asked", {}).get(statistic, 0),
        "nothing_done_above": nothing.get("largest", {}).get(statistic, 0),
        "best": _best(statistic, here),
    }


def _best(statistic: str, rows: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    def rate(row: Mapping[str, Any]) -> float:
        return float(row["largest"].get(statistic, 0) / row["asked"][statistic])

    seen = [row for row in rows if statistic in row["above"] and rate(row) >= LEAST]
    if not seen:
        return None
    row = min(seen, key=lambda each: (-rate(each), each["name"]))
    return {
        "manipulation": row["scenario"],
        "parameters": dict(row["parameters"]),
        "planted": row["asked"][statistic],
        "planted_above": row["largest"][statistic],
    }


def seen(found: Mapping[str, Any], language: str = "en") -> str:
    """What the figure would have shown, in words; from `figures`."""
    best, seen_in = found["best"], "seen_pairs" if found["pairs"] else "seen"
    if best is None:
        return wording.phrase("ranks", seen_in, "none", facts=found, language=language)
    said = wording.phrase("scenarios", best["manipulation"], language=language).split(": ", 1)[1].rstrip(".")
    facts = {**found, **best, "what": said, "dose": dose(best["parameters"], language)}
    return wording.phrase("ranks", seen_in, "best", facts=facts, language=language)


def false_alarms(found: Mapping[str, Any], language: str = "en") -> str:
    """How often the figure stands above every clean contest where nothing was done, in words; from `figures`."""
    facts = {**found, "rate": found["clean_above"] / found["clean"], "expected": 1 / (1 + found["panel"])}
    key = "false_alarms_pairs" if found["pairs"] else "false_alarms"
    return wording.phrase("ranks", key, facts=facts, language=language)


def dose(parameters: Mapping[str, Any], language: str = "en") -> str:
    """The parameters of a planted contest in words."""
    known: Mapping[str, Any] = wording.template("ranks", "dose", language=language)
    shares: Mapping[str, str] = wording.template("ranks", "dose_share", language=language)
    parts = []
    for key, value in parameters.items():
        if key in shares and isinstance(value, float):
            facts: dict[str, Any] = {"value": wording.share(value, 0 if (100 * value).is_integer() else 1, language)}
            parts.append(wording.phrase("ranks", "dose_share", key, facts=facts, language=language))
        elif f"{key}_{value}" in known:
            parts.append(str(known[f"{key}_{value}"]))
        else:
            facts = {"key": key.replace("_", " "), "value": wording.written(str(value), language)}
            key = key if key in known else "other"
            parts.append(wording.phrase("ranks", "dose", key, facts=facts, language=language))
    return ", ".join(parts)


__all__ = ["LEAST", "TOLD", "dose", "false_alarms", "figures", "seen"]
