"""The limited child: the same answers, the same errors, and a message when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from recanvass.errors import MappingNeeded, ReadError, UsageError
from recanvass.reading import isolation
from recanvass.reading.containers import raw_tables
from recanvass.reading.isolation import run_limited

TASK = "recanvass.reading.containers:raw_tables_task"
CSV = "id,Область\nS1,Москва\nS2,Тверь\n"
linux = pytest.mark.skipif(sys.platform != "linux", reason="uses limits or pipes of Linux")


def test_the_same_answer_as_in_this_process(tmp_path):
    (table,) = raw_tables(CSV.encode("cp1251"), "x.csv")
    path = tmp_path / "x.csv"
    path.write_bytes(CSV.encode("cp1251"))
    for source in (path, CSV.encode("cp1251")):
        told, frames = run_limited(TASK, {}, source, name="x.csv")
        assert frames["0"].drop("position").equals(table.cells)
        assert frames["0"]["position"].to_list() == [1, 2, 3]
        assert told["tables"][0]["encoding"] == "cp1251"
        assert told["tables"][0]["notes"] == [[n.code, n.facts] for n in table.notes]


def test_the_same_errors():
    with pytest.raises(ReadError) as here:
        raw_tables(b"a,b\n1,2\n3\n4,5\n", "x\x1b.csv")
    with pytest.raises(ReadError) as there:
        run_limited(TASK, {}, b"a,b\n1,2\n3\n4,5\n", name="x\x1b.csv")
    assert str(here.value) == str(there.value)
    with pytest.raises(UsageError, match="encoding"):
        run_limited(TASK, {"encoding": "nonsense"}, b"a,b\n1,2\n")
    with pytest.raises(UsageError, match="not a task"):
        run_limited("os:system", {}, b"")


def test_errors_cross_the_border_with_their_class_and_proposal():
    with pytest.raises(MappingNeeded, match="which") as caught:
        isolation._raise({"class": "MappingNeeded", "message": "which?", "proposal": "a = 1"}, "x.csv")
    assert caught.value.proposal == "a = 1"
    with pytest.raises(ReadError, match=r"x\.csv.*TypeError"):
        isolation._raise({"class": "TypeError", "message": "nothing"}, "x.csv")
    with pytest.raises(ReadError, match="defect"):
        isolation._raise({"class": "Path", "message": "not an error"}, "x.csv")


@linux
def test_a_fault_in_the_child_is_an_error_and_no_traceback(tmp_path):
    with pytest.raises(ReadError, match=r"x\.csv could not be read"):
        run_limited(TASK, {}, tmp_path / "x.csv")


@linux
def test_too_little_memory_or_time():
    with pytest.raises(ReadError, match=r"x\.csv could not be read"):
        run_limited(TASK, {}, CSV.encode() * 1000, name="x.csv", memory=150 * 2**20)
    busy = b"a,b\n" + b'1,"2"x\n' * 10
    with pytest.raises(ReadError):
        run_limited(TASK, {}, busy, name="x.csv", seconds=1)


@linux
@pytest.mark.parametrize("blow", [signal.SIGSEGV, signal.SIGKILL])
def test_a_child_that_dies_is_told_and_leaves_nothing(tmp_path, monkeypatch, blow):
    pipe = tmp_path / "x.csv"
    os.mkfifo(pipe)  # the child waits for somebody to write
    started: list[subprocess.Popen] = []
    real = subprocess.Popen

    def watched(*arguments, **options):
        started.append(real(*arguments, **options))
        threading.Timer(0.5, started[0].send_signal, [blow]).start()
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", watched)
    with pytest.raises(ReadError, match=r"x\.csv could not be read: the parser (crashed|ran out)"):
        run_limited(TASK, {}, pipe)
    assert started[0].poll() is not None


@linux
def test_a_child_that_hangs_is_ended_by_the_clock(tmp_path):
    pipe = tmp_path / "x.csv"
    os.mkfifo(pipe)
    begun = time.monotonic()
    with pytest.raises(ReadError, match="limits"):
        run_limited(TASK, {}, pipe, seconds=1)
    assert time.monotonic() - begun < 20


@linux
def test_an_interrupt_ends_the_child(tmp_path, monkeypatch):
    started: list[subprocess.Popen] = []
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(real(*a, **k)) or started[-1])

    def interrupted(stream):
        raise KeyboardInterrupt

    monkeypatch.setattr(isolation, "_receive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_limited(TASK, {}, CSV.encode())
    assert started[0].poll() is not None


@linux
def test_the_limits_hold_in_a_child():
    code = (
        "from recanvass.reading import isolation; import sys, resource, socket, subprocess, pathlib, pickle\n"
        "isolation.limit_this_process(2**32, 10); sys.addaudithook(isolation._forbid)\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        "held = 0\n"
        "for act in (lambda: socket.create_connection(('127.0.0.1', 9)), lambda: subprocess.run(['true']),\n"
        "            lambda: pathlib.Path('written').write_text('x' * 10), lambda: bytearray(2**33),\n"
        "            lambda: pickle.loads(b'cos\\nsystem\\n.')):\n"
        "    try: act()\n"
        "    except (PermissionError, OSError, MemoryError): held += 1\n"
        "print(held)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "5"


@linux
def test_what_a_library_prints_stays_out_of_the_answer():
    code = (
        "import recanvass.reading.containers as c\n"
        "import os\n"
        "real = c.raw_tables_task\n"
        "def noisy(*a):\n"
        "    print('noise', flush=True); os.write(1, b'more')\n"
        "    return real(*a)\n"
        "c.raw_tables_task = noisy\n"
        "from recanvass.reading.isolation import main\n"
        "main()"
    )
    import io

    request = io.BytesIO()
    head = {
        "task": TASK, "options": {}, "name": "x.csv", "path": "", "bytes": len(CSV.encode()),
        "memory": 6 * 2**30, "seconds": 60,
    }  # fmt: skip
    isolation._send(request, head)
    done = subprocess.run(
        [sys.executable, "-c", code], input=request.getvalue() + CSV.encode(), capture_output=True, check=True
    )
    answer = io.BytesIO(done.stdout)
    told = isolation._receive(answer)
    assert told["result"]["tables"][0]["records"] == 3
    assert isolation._frame(answer, told["frames"][0][1]).height == 3
    assert b"noise" in done.stderr
