"""The rules of the house, as tests."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import recanvass
from recanvass import wording
from recanvass.method import method, names
from recanvass.testing import GUILT

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "recanvass"
SOURCES = sorted(PACKAGE.rglob("*.py"))
WRITTEN = [*SOURCES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]


def test_no_file_is_longer_than_400_lines() -> None:
    long = {str(p.relative_to(ROOT)): n for p in WRITTEN if (n := p.read_text().count("\n")) > 400}
    assert not long


def test_no_file_has_a_name_that_says_nothing() -> None:
    banned = {"utils", "util", "common", "helpers", "helper", "base", "core", "misc"}
    assert not [p for p in WRITTEN if p.stem in banned]


def test_every_file_says_what_it_is() -> None:
    silent = [
        str(p.relative_to(ROOT)) for p in SOURCES if not p.read_text().lstrip("#!").lstrip().startswith(('"""', 'r"""'))
    ]
    assert not silent


def test_no_word_of_guilt_outside_quotations() -> None:
    for path in SOURCES:
        if path.name in ("testing.py", "citations.py"):
            continue
        text = re.sub(r'("""|\'\'\').*?\1|#[^\n]*', "", path.read_text(), flags=re.S)
        found = [m.group() for m in GUILT.finditer(text) if m.group().lower() not in {"falsify"}]
        if "record" not in path.parts:
            assert not found, f"{path.name}: {found}"
    for path in sorted((PACKAGE / "phrases").glob("*.toml")):
        assert not GUILT.findall(path.read_text()), path.name


def test_no_path_of_a_machine_and_no_registry_host() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    for name in listed.split("\n"):
        path = ROOT / name
        if not name or not path.is_file() or path.suffix in {".png", ".jpg", ".pdf"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"(?<![\w./])/(work|farm)/[a-z]", text), name
        assert not re.search(r"https?://[^/\s]*(pypi|registry\.npm|deb\.debian)[^\s]*", text), name


def test_public_names_have_docstrings() -> None:
    assert len(recanvass.__all__) <= 20
    for name in recanvass.__all__:
        if name != "__version__":
            assert (getattr(recanvass, name).__doc__ or "").strip(), name


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="read"):
        recanvass.reed  # noqa: B018


@pytest.mark.parametrize("topic", sorted(p.stem for p in (PACKAGE / "phrases").glob("*.toml")))
def test_phrases_parse_and_their_languages_are_known(topic: str) -> None:
    assert set(wording.phrases(topic)) <= set(wording.LANGUAGES)


def test_every_method_has_its_words() -> None:
    for name in names():
        assert method(name).question.endswith("?")


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    code = "import sys, recanvass.cli; print([m for m in ('numpy','polars','numba','scipy','jinja2','pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_help_is_quick() -> None:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "recanvass", "--help"], capture_output=True, check=True)
    assert time.perf_counter() - started < 2.0


def test_no_module_hides_a_public_name() -> None:
    for name in recanvass.__all__:
        assert not (PACKAGE / f"{name}.py").exists(), name
        assert not (PACKAGE / name).is_dir(), name
