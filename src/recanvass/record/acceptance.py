"""A person accepts proposals: the file of claims is changed line by line, comments stay."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from recanvass.errors import ReadError, UsageError
from recanvass.record.case_file import inside, read_case_file
from recanvass.record.claims import Claim
from recanvass.record.documents import document, parsed, validated
from recanvass.record.loading import refused
from recanvass.record.toml_text import text
from recanvass.wording import show


def accept(place: Path, ids: Sequence[str] | None = None, *, by: str) -> tuple[str, ...]:
    """Mark proposed claims as accepted.

    Parameters
    ----------
    place : path
        A case folder, or a file of claims (TOML).
    ids : sequence of str, optional
        Which claims; all that are proposed where it is not given.
    by : str
        Who accepts them; it is written beside each.

    Returns
    -------
    tuple of str
        The claims that were proposed and are accepted now.

    Raises
    ------
    UsageError
        Nobody is named, or a claim of this id is not in the file.
    ReadError
        The file cannot be read as claims.
    """
    if not by.strip():
        raise UsageError("Nobody is named who accepts the claims; give a name.")
    path = _file(Path(place))
    claims = document(path).get("claims", [])
    if not isinstance(claims, list) or not all(isinstance(c, dict) for c in claims):
        raise ReadError(f"{show(path.name)} holds no list of claims.")
    known = {str(c.get("id")): str(c.get("status", "accepted")) for c in claims}
    chosen = list(known) if ids is None else list(ids)
    strange = [name for name in chosen if name not in known]
    if strange:
        raise UsageError(f"{show(path.name)} has no claim {show(strange[0])}; name one that it has.")
    wanted = {name for name in chosen if known[name] == "proposed"}
    changed, done = _rewritten(path.read_text(encoding="utf-8-sig"), wanted, by)
    after = parsed(changed.encode(), path.name)["claims"]
    for raw in after:
        _, problems = validated(Claim, raw, path.name, str(raw.get("id")))
        if problems:
            raise refused(problems)
    if done != wanted or len(after) != len(claims):
        left = ", ".join(sorted(wanted - done)) or "one"
        raise ReadError(f'{show(path.name)}: {show(left)} has no line status = "proposed"; edit it by hand.')
    _replace(path, changed)
    return tuple(name for name in known if name in done)


def _file(place: Path) -> Path:
    if not place.is_dir():
        return place
    case, problems = read_case_file(place)
    if case is None:
        raise refused(problems)
    if not case.record.claims:
        raise UsageError(f"{show(place.name)} names no file of claims, so there is nothing to accept.")
    return inside(place, case.record.claims, "record.claims")


def _rewritten(source: str, wanted: set[str], by: str) -> tuple[str, set[str]]:
    """The text with the status of these claims changed; tables between ``[[claims]]`` heads."""
    done: set[str] = set()
    blocks = re.split(r"(?m)^(?=\[\[claims\]\]\s*(?:#.*)?$)", source)
    for k, block in enumerate(blocks):
        name = re.search(r'(?m)^id\s*=\s*"([^"\\]*)"', block)
        if not block.startswith("[[claims]]") or name is None or name[1] not in wanted:
            continue
        line = f'status = "accepted"\naccepted_by = {text(by)}'
        blocks[k], count = re.subn(r'(?m)^status\s*=\s*"proposed"', lambda _, line=line: line, block, count=1)
        done |= {name[1]} if count else set()
    return "".join(blocks), done


def _replace(path: Path, content: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
