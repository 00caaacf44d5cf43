"""What is fixed beforehand: the text, its hash, and what is refused."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import recanvass as rc
from recanvass.declaration import LARGEST, configured, read_declaration
from recanvass.errors import ReadError, UnknownName, UsageError
from recanvass.method import method, names

AT = datetime(2026, 11, 1, 12, 0, 5, tzinfo=UTC)


def made(**changes: Any) -> rc.Declaration:
    known: dict[str, Any] = {"seed": 7, "leader": "Adams", "areas": "district", "at": AT}
    return rc.declare("Nowhere 2026", **(known | changes))


def test_the_text_says_everything_and_is_the_same_each_time() -> None:
    one = made()
    assert one == made()
    value = json.loads(one.text)
    assert set(value["methods"]) == set(names())
    assert value["methods"]["last_digits"] == {"least": 100, "option": None}
    assert value["leader"] == {"option": "Adams"}
    assert value["areas"] == {"level": "district"}
    assert value["seed"] == 7
    assert value["declared_at"] == "2026-11-01T12:00:05Z"
    assert value["statement"]["levels"] == {"incompatible": -8.0, "very_unusual": -5.0, "unusual": -3.0}
    assert json.loads(rc.declare(at=AT).text)["leader"] == {"rule": "most votes"}


def test_the_hash_is_that_of_the_bytes_of_the_file(tmp_path: Path) -> None:
    one = made(methods=[method("last_digits", least=150), "modality"])
    path = one.write(tmp_path / "declaration.json")
    assert one.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_declaration(path, one.sha256.upper()) == one
    (tmp_path / "crlf.json").write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_declaration(tmp_path / "crlf.json").sha256 != one.sha256
    assert read_declaration(path).battery() == [method("last_digits", least=150), method("modality")]
    with pytest.raises(UsageError, match="not replaced"):
        one.write(path)


def test_every_change_gives_another_hash() -> None:
    changes: list[dict[str, Any]] = [
        {}, {"seed": 8}, {"leader": ""}, {"areas": ""}, {"turnout_of": "issued"}, {"share_of": "ballots"},
        {"without": ["modality"]}, {"methods": ["modality"]}, {"methods": [method("last_digits", least=50)]},
        {"results_at_hand": "a" * 64}, {"at": datetime(2026, 11, 2, tzinfo=UTC)},
    ]  # fmt: skip
    assert len({made(**change).sha256 for change in changes}) == len(changes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
        ({"areas": "station"}, "region, district, subdistrict"),
        ({"turnout_of": "valid"}, "ballots, issued"),
        ({"share_of": "issued"}, "valid, ballots"),
        ({"methods": []}, "at least one"),
        ({"methods": ["modality", "modality"]}, "twice"),
        ({"methods": ["modality"], "without": ["last_digits"]}, "last_digits"),
        ({"without": ["last_digit"]}, "Did you mean"),
        ({"leader": "\udcff"}, "no text"),
    ],
)
def test_what_there_is_not_cannot_be_declared(change: dict[str, Any], words: str) -> None:
    with pytest.raises((UsageError, UnknownName), match=words):
        made(**change)


def changed(**changes: Any) -> str:
    return json.dumps(json.loads(made().text) | changes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1"),
        ("[" * 100_000, "as a whole"),
        ("[]", "no schema_version"),
        ('{"schema_version": "1.0", "schema_version": "1.0"}', "cannot be read"),
        (changed(schema_version="1.1"), "1.1"),
        (changed(schema_version=2), "schema version"),
        (changed(extra=1), "unknown key 'extra'"),
        (json.dumps({k: v for k, v in json.loads(made().text).items() if k != "seed"}), "lacks 'seed'"),
        (changed(seed="7"), "seed"),
        (changed(seed=1e999), "cannot be read"),
        (changed(contest=None), "contest"),
        (changed(leader="Adams"), "leader must be"),
        (changed(leader={"option": ""}), "leader must be"),
        (changed(areas={"level": "street"}), "street"),
        (changed(turnout_of="valid"), "turnout_of"),
        (changed(methods={}), "at least one"),
        (changed(methods={"modality": []}), "at least one"),
        (changed(methods={"last_digit": {}}), "Did you mean 'last_digits'"),
        (changed(methods={"last_digits": {"leest": 1}}), "no parameter 'leest'; it has option, least"),
        (changed(methods={"last_digits": {"least": "many"}}), 'least is "many"'),
        (changed(methods={"last_digits": {"least": -5}}), "out of range"),
        (changed(methods={"last_digits": {"least": 10**9}}), "out of range"),
        (changed(methods={"extreme_corner": {"edge": 1.5}}), "out of range"),
        (changed(methods={"turnout_surplus": {"peak": 400}}), "0 to 99"),
        (changed(methods={"fingerprint": {"step": 0.0001}}), "1 to 500|out of range"),
        (changed(methods={"announced_percentages": {"decimals": []}}), "decimals"),
        (changed(statement={"levels": {"unusual": "low"}}), "levels"),
        (changed(statement=3), "levels"),
    ],
)
def test_a_bad_file_is_refused_with_one_clear_message(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "declaration.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError, match=words) as caught:
        read_declaration(path)
    assert caught.value.exit_code == 3
    assert "declaration.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_declaration_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    for content in (b"", b"\xff\xfe\x00", b"\x00" * 50, b" " * (LARGEST + 1)):
        path.write_bytes(content)
        with pytest.raises(ReadError, match=r"d\.json"):
            read_declaration(path)
    with pytest.raises(UsageError, match="no file"):
        read_declaration(tmp_path / "nothing.json")


def test_another_hash_is_refused(tmp_path: Path) -> None:
    path = made().write(tmp_path / "d.json")
    with pytest.raises(UsageError, match="all 64"):
        read_declaration(path, made().sha256[:12])
    with pytest.raises(ReadError, match="not the declaration of which the hash was published"):
        read_declaration(path, "0" * 64)
    path.write_text(path.read_text().replace('"seed": 7', '"seed": 8'))
    with pytest.raises(ReadError, match="not the declaration"):
        read_declaration(path, made().sha256)


@pytest.mark.parametrize("name", names())
def test_every_method_survives_being_declared(name: str) -> None:
    plain = made(methods=[name]).methods[name]
    assert configured(name, plain) == method(name)
    with pytest.raises(UnknownName, match="no parameter"):
        method(name, nonsense=1)
