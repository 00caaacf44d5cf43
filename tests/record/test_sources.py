"""Sources lie in their folders, are no links, and are what was cited; case files are bounded."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from recanvass import record
from recanvass.errors import ReadError
from recanvass.record.documents import parsed
from recanvass.record.quotations import Refused
from recanvass.record.sources import Stored, stored, unsafe

NAMES = {
    "../secret.txt": "source_outside",
    "a/../../secret.txt": "source_outside",
    "/etc/passwd": "source_outside",
    "~/secret.txt": "source_outside",
    "..\\secret.txt": "source_outside",
    "\\\\host\\share": "source_outside",
    "C:\\secret.txt": "source_address",
    "file:///etc/passwd": "source_address",
    "http://169.254.169.254/latest/": "source_address",
    "data:text/html,x": "source_address",
    "//host/share": "source_address",
    "": "source_name",
    "  ": "source_name",
    "a\x00b": "source_name",
    "a\nb": "source_name",
    "./a": "source_name",
    "a//b": "source_name",
    "a/b/c/d/e": "source_name",
    "x" * 300: "source_name",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_that_leave_the_folder_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("one two three")
    folder = tmp_path / "sources"
    folder.mkdir()
    found = stored(name, [folder])
    assert isinstance(found, Refused)
    assert found.code == NAMES[name]


def test_a_plain_name_is_found_and_hashed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.txt").write_bytes(b"abc")
    found = stored("a/b.txt", [tmp_path])
    assert isinstance(found, Stored)
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, "abc"
    assert stored("a/c.txt", [tmp_path]) is None
    assert unsafe("a/b.txt") is None


def test_links_are_not_followed_at_any_level(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.txt").write_text("one two three")
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "x.txt").symlink_to(outside / "x.txt")
    (folder / "deep").symlink_to(outside)
    for name in ("x.txt", "deep/x.txt"):
        found = stored(name, [folder])
        assert isinstance(found, Refused)
        assert found.code == "source_link"
    (tmp_path / "linked").symlink_to(folder)
    found = stored("x.txt", [tmp_path / "linked"])
    assert isinstance(found, Refused)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        found = stored(name, [tmp_path])
        assert isinstance(found, Refused)
        assert found.code == "source_no_file"


def test_a_single_case_file_is_judged_claim_by_claim(tmp_path: Path) -> None:
    (tmp_path / "source.txt").write_text("At 20:15 the chairman signed a blank protocol.\n")
    quote = "the chairman signed a blank protocol"
    claims = [
        {"id": "ok", "text": "x", "source": "source.txt", "quote": quote},
        {"id": "c1", "text": "x", "source": "source.txt", "quote": quote.replace(" a ", " an ")},
        {"id": "c2", "text": "x", "source": "../../../../etc/passwd", "quote": "root is there"},
        {"id": "c3", "text": "x", "source": "file:///etc/passwd", "quote": "root is there"},
        {"id": "c4", "text": "x", "source": "http://169.254.169.254/", "quote": "ami is there"},
        {"id": "c5", "text": "x", "source": "source.txt", "sha256": "0" * 64, "quote": quote},
        {"id": "c6", "text": "x", "source": "source.txt", "quote": ""},
        {"id": "c7", "text": "<script>window.PWNED=1</script>", "source": "source.txt", "quote": quote},
        {"id": "c8", "text": "x", "source": "absent.txt", "quote": quote},
        {"id": "c9", "text": "x", "source": "source.txt", "quote": "blank protocol"},
    ]
    path = tmp_path / "claims.json"
    path.write_text(json.dumps({"title": "case", "claims": claims}))
    report = record.judge_file(path)
    assert report.verified == ("ok",)
    assert [p.claim for p in report.problems] == ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"]
    printed = "\n".join(report.lines())
    assert all(name in printed for name in ("claims.json", "c1", "c6"))
    assert "root:" not in printed


@pytest.mark.parametrize("name", ["case.yaml", "case.yml"])
def test_yaml_is_refused_unread(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    path.write_text("claims: !!python/object/apply:os.system ['touch recanvass_yaml_pwned']\n")
    with pytest.raises(ReadError, match=name):
        record.judge_file(path)
    assert not (tmp_path / "recanvass_yaml_pwned").exists()


BOMBS = {
    "deep.json": b'{"claims":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep.toml": b"claims = " + b"[" * 100_000 + b"]" * 100_000,
    "tables.toml": b"[" + b".".join([b"a"] * 50_000) + b"]\n",
    "dotted.toml": b"x = {" + b"a." * 90_000 + b"a = 1}",
    "keys.toml": b".".join([b"a"] * 50_000) + b" = 1\n",
    "wide.json": b'{"claims":[' + b"1," * 200_000 + b"1]}",
    "large.json": b'{"claims":"' + b"x" * (3 * 2**20) + b'"}',
    "number.json": b'{"claims":' + b"9" * 10_000 + b"}",
    "twice.json": b'{"claims":[],"claims":[1]}',
    "nan.json": b'{"claims":NaN}',
    "list.json": b"[1,2]",
    "latin.toml": 'note = "é"'.encode("latin-1"),
    "torn.toml": b"[[claims\n",
    "inline.toml": b"a = " + b"{a = " * 2_000 + b"1" + b"}" * 2_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_by_name(name: str) -> None:
    with pytest.raises(ReadError, match=name):
        parsed(BOMBS[name], name)


def refusal(path: Path) -> str:
    """What is said of a file that has to be refused."""
    try:
        return next(map(str, record.judge_file(path).problems), "")
    except ReadError as error:
        return str(error)


def test_random_bytes_are_refused_or_read(tmp_path: Path) -> None:
    rng = random.Random(3)
    seed = b'[[claims]]\nid = "c1"\nsource = "a.txt"\nquote = "one two three"\n'
    for _ in range(400):
        data = bytearray(seed)
        for _ in range(rng.randint(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path = tmp_path / "mutant.toml"
        path.write_bytes(bytes(data))
        assert refusal(path).startswith("mutant.toml")


def test_names_with_escape_codes_are_shown_escaped(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"claims": [{"id": "\x1b[31mred", "source": "x", "quote": "a b c"}]}))
    printed = "\n".join(record.judge_file(path).lines())
    assert "\x1b" not in printed


def test_paths_in_case_toml_stay_inside(make: Any) -> None:
    for bad in ("../claims.toml", "/etc/passwd", "file:///etc/passwd", "absent.toml"):
        folder = make()
        path = folder / "case.toml"
        path.write_text(path.read_text().replace('"claims.toml"', f'"{bad}"'))
        with pytest.raises(ReadError, match=r"case\.toml: record\.claims"):
            record.load(folder)
    folder = make()
    (folder / "link.toml").symlink_to("/etc/hostname")
    path.write_text(path.read_text().replace(f'"{bad}"', '"link.toml"').replace('"claims.toml"', '"link.toml"'))
    with pytest.raises(ReadError, match="without links"):
        record.load(folder)
