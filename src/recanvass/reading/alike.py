"""Names that look alike and are not the same, and names with marks that nobody sees. Nothing is merged."""

from __future__ import annotations

import polars as pl

#: Cyrillic and Greek letters that look like Latin ones (Unicode confusables, the common part).
_LOOKS = {
    "а": "a", "в": "b", "е": "e", "ѕ": "s", "і": "i", "ј": "j", "к": "k", "м": "m", "н": "h", "о": "o",
    "р": "p", "с": "c", "т": "t", "у": "y", "х": "x", "һ": "h", "ԁ": "d", "ԛ": "q", "ԝ": "w", "ӏ": "l",
    "α": "a", "ο": "o", "ρ": "p", "ν": "v", "ι": "i", "κ": "k", "τ": "t", "υ": "u", "χ": "x", "ε": "e",
    "’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‐": "-",
}  # fmt: skip


def skeletons(names: pl.Series) -> pl.Series:
    """What a name looks like: compatibility forms, case, hidden marks, look-alike letters and spaces undone."""
    plain = names.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[\p{Cf}\p{Cc}]", "")
    plain = plain.str.replace_many(list(_LOOKS), list(_LOOKS.values()))
    return plain.str.replace_all(r"\s+", " ").str.strip_chars()


def alike(names: pl.Series) -> list[tuple[str, ...]]:
    """Groups of different names that look alike."""
    if len(names) < 2:
        return []
    frame = pl.DataFrame({"name": names, "looks": skeletons(names)})
    doubled = frame.filter(frame["looks"].is_duplicated() & (frame["looks"] != ""))
    groups: dict[str, list[str]] = {}
    for name, looks in doubled.sort("name").iter_rows():
        groups.setdefault(looks, []).append(name)
    return [tuple(group) for group in groups.values()]


def marked(names: pl.Series) -> list[str]:
    """Names with direction marks, zero-width characters or control characters in them."""
    return list(names.filter(names.str.contains(r"[\p{Cf}\p{Cc}\p{Zl}\p{Zp}]")).to_list())
