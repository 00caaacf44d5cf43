"""The reference panel with one country left out, and what has no panel: a part of the page on calibration."""

from __future__ import annotations

from collections.abc import Mapping

from recanvass import panel, wording


def section() -> list[str]:
    """How often a clean contest of a country that was left out stands above all others of the panel."""
    lines = [
        "",
        "### The reference panel, one country left out",
        "",
        "Methods of class C and D rank a contest among clean contests of *other* countries. Of each clean contest we asked"
        " whether it would have been called larger than all of them; countries weigh alike, however many contests they have."
        " Where countries are exchangeable one in so many countries is expected. What stands well above that is a statistic"
        " that differs by country, and its rank says as much of the country as of the count.",
    ]
    whole, alone = panel.panel()["statistics"], panel.of_contests()
    lines += left_out({n: v for n, v in whole.items() if n in alone}, "contests")
    lines += [
        "",
        "What needs an earlier contest is ranked among *pairs*: a clean contest after the latest earlier clean one of its country"
        " of the same kind, or of any kind where there is none (a general election after a referendum is the oddest of them)."
        " `benchmarks/panel.py` says by which rules the names of the two tables were made to agree. Pairs are counted apart"
        " from contests; in those without stations of the same names there are no jumps to count.",
    ]
    lines += left_out({n: v for n, v in whole.items() if n not in alone}, "pairs")
    return lines + without_panel()


def left_out(statistics: Mapping[str, Mapping[str, float]], what: str) -> list[str]:
    """A line for each statistic of contests or of pairs: how often one of a country stands above all others."""
    lines = [
        "",
        f"| statistic | {what} | countries | larger than all others | expected | largest in |",
        "|---|---|---|---|---|---|",
    ]
    for name, values in sorted(statistics.items()):
        shares = panel.left_out(name)
        if len(shares) < 2:
            continue
        share = sum(shares.values()) / len(shares)
        which = ", ".join(c for c, s in sorted(shares.items()) if s > 0) or "–"
        lines.append(
            f"| {name} | {len(values)} | {len(shares)} | {100 * share:.0f} % | {100 / len(shares):.0f} % | {which} |"
        )
    return lines


def without_panel() -> list[str]:
    """The methods of class C and D that are ranked among nothing, and those whose rank is said beside a p-value."""
    lines = ["", "These methods of class C have no panel; their findings say so:", ""]
    lines += [f"- `{name}`: {wording.phrase(name, 'caveats', 'no_panel')}" for name in panel.UNRANKED]
    return [
        *lines,
        "",
        "`panel_jumps`, where the option stood under its name before, and `sibling_units`, where it is of class C, have a p-value of"
        " this contest's own: that is their evidence, and the rank is said beside it. The other methods of these tables have no law of their"
        " own, digits apart: their rank stands as the p-value, and the dossier says that it is one. None is counted in the headline.",
    ]


__all__ = ["section"]
