"""Strangers' files are parsed in a child process with limits.

The parent starts ``python -m recanvass.reading.isolation`` without a shell, with a bare
environment, in an empty folder. The child limits itself before it imports anything large: memory,
processor time, no files written, no core dump, no sockets and no further processes. Request and
answer are lengths, JSON and Arrow buffers over pipes; nothing is ever unpickled. On Windows
there are no such limits; the child is a separate process all the same, and a crash stays in it.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from recanvass import errors
from recanvass.errors import MappingNeeded, ReadError, RecanvassError, UsageError
from recanvass.wording import show

if TYPE_CHECKING:
    import polars as pl

#: What may be run in the child: ``(data, name, options) -> (plain values, frames)``.
TASKS = ("recanvass.reading.read:read_bytes_task", "recanvass.reading.containers:raw_tables_task")

MEMORY = 6 * 2**30
SECONDS = 300
_LENGTH = struct.Struct("<Q")
_MAGIC = b"RCV1"
_FORBIDDEN = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec",
    "os.posix_spawn", "os.fork", "pickle.find_class", "os.remove", "os.rename", "os.mkdir", "shutil.rmtree",
)  # fmt: skip


def run_limited(
    task: str,
    request: Mapping[str, Any],
    data: Path | bytes,
    *,
    name: str = "",
    memory: int = MEMORY,
    seconds: int = SECONDS,
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Run a task of `TASKS` over a file in a limited child process.

    Parameters
    ----------
    task : str
        ``module:function``; the function takes ``(data, name, options)``.
    request : mapping
        The options; plain values.
    data : Path or bytes
        The file, or its content.
    name : str
        What the file is called in messages; by default the last part of the path.
    memory : int
        Bytes of address space (not on Windows).
    seconds : int
        Processor time, and twice as much by the clock.

    Returns
    -------
    tuple of dict and dict of polars.DataFrame
        What the task returned.

    Raises
    ------
    RecanvassError
        The same error that the task raised.
    ReadError
        The child crashed or ran into a limit.
    """
    if task not in TASKS:
        raise UsageError(f"{task!r} is not a task for the limited process; those are {', '.join(TASKS)}.")
    path = str(data.resolve()) if isinstance(data, Path) else ""
    name = name or (Path(path).name if path else "the data")
    content = b"" if isinstance(data, Path) else data
    head = {
        "task": task, "options": dict(request), "name": name, "path": path, "bytes": len(content),
        "memory": memory, "seconds": seconds,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="recanvass-") as folder, _child(folder, 2 * seconds) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            with child.stdin as stream:
                _send(stream, head)
                stream.write(content)
            answer = _receive(child.stdout)
            frames = {str(key): _frame(child.stdout, int(size)) for key, size in answer.get("frames", [])}
        except (BrokenPipeError, EOFError, ValueError, struct.error) as error:
            raise ReadError(_ended(child, name, seconds)) from error
    if "error" in answer:
        _raise(answer["error"], name)
    return dict(answer["result"]), frames


@contextlib.contextmanager
def _child(folder: str, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    """A child in its own session; it is gone when the block is left, whatever happened."""
    environment = {
        "PYTHONPATH": os.pathsep.join(str(Path(place).resolve()) for place in sys.path if place),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # large arrays are used again instead of being given back and faulted in anew (glibc; others ignore it)
        "MALLOC_MMAP_THRESHOLD_": "33554432",
        "MALLOC_TRIM_THRESHOLD_": "536870912",
        "HOME": folder,
    }
    if "SYSTEMROOT" in os.environ:  # Windows starts nothing without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "recanvass.reading.isolation"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
    watch = threading.Timer(seconds, child.kill)
    watch.daemon = True
    watch.start()
    try:
        yield child
    finally:
        watch.cancel()
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        child.wait()


def _ended(child: subprocess.Popen[bytes], name: str, seconds: int) -> str:
    """Why there is no answer, in a sentence."""
    try:
        code = child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        code = 0
    if code in (-24, -9):  # SIGXCPU, SIGKILL
        reason = f"the parser ran out of its limits ({seconds} s of processor time, or memory)"
    elif code < 0:
        reason = f"the parser crashed (signal {-code})"
    else:
        reason = f"the parser ended without an answer (code {code})"
    return f"{show(name)} could not be read: {reason}. Save it again as CSV in UTF-8, or report the file."


def _raise(error: Mapping[str, str], name: str) -> None:
    kind = getattr(errors, error["class"], None)
    if kind is MappingNeeded:
        raise MappingNeeded(error["message"], error.get("proposal", ""))
    if isinstance(kind, type) and issubclass(kind, RecanvassError):
        raise kind(error["message"])
    raise ReadError(
        f"{show(name)} could not be read: the parser failed ({show(error['class'])}: {show(error['message'])}); "
        "report it with the file, for this is a defect of recanvass."
    )


def _send(stream: IO[bytes], head: Mapping[str, Any]) -> None:
    text = json.dumps(head, ensure_ascii=False, allow_nan=False).encode()
    stream.write(_MAGIC + _LENGTH.pack(len(text)) + text)


def _receive(stream: IO[bytes]) -> dict[str, Any]:
    if _exactly(stream, len(_MAGIC)) != _MAGIC:
        raise ValueError("the answer does not begin as one")
    (size,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    head: dict[str, Any] = json.loads(_exactly(stream, size))
    return head


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data


def _frame(stream: IO[bytes], size: int) -> pl.DataFrame:
    import polars as pl

    return pl.read_ipc_stream(io.BytesIO(_exactly(stream, size)))


def limit_this_process(memory: int, seconds: int) -> None:
    """Set the limits of this process; those that a system does not have are left out."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, size in (
        ("RLIMIT_AS", memory),
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 256),
    ):
        which = getattr(resource, kind, None)
        if which is None:
            continue
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            _, hard = resource.getrlimit(which)
            limit = size if hard == resource.RLIM_INFINITY else min(size, hard)
            resource.setrlimit(which, (limit, limit))


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not allowed while a file is read")


def _answer(source: BinaryIO, target: IO[bytes]) -> None:
    """The child's whole work: one request, one answer."""
    head = _receive(source)
    limit_this_process(int(head["memory"]), int(head["seconds"]))
    buffers: list[bytes] = []
    try:
        if head["task"] not in TASKS:
            raise UsageError(f"{head['task']!r} is not a task.")
        data = Path(head["path"]).read_bytes() if head["path"] else _exactly(source, int(head["bytes"]))
        module, function = head["task"].split(":")
        task = getattr(importlib.import_module(module), function)
        sys.addaudithook(_forbid)
        result, frames = task(data, head["name"], head["options"])
        names = []
        for key, frame in frames.items():
            buffer = io.BytesIO()
            frame.write_ipc_stream(buffer)
            names.append([key, buffer.tell()])
            buffers.append(buffer.getvalue())
        answer = {"result": result, "frames": names}
        text = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    except MemoryError:
        message = f"{show(head['name'])} could not be read: it needs more memory than {head['memory']:,} bytes."
        text, buffers = json.dumps({"error": {"class": "ReadError", "message": message}}), []
    except Exception as error:  # the border between two processes: everything becomes an answer
        told = {"class": type(error).__name__, "message": str(error)}
        if isinstance(error, MappingNeeded):
            told["proposal"] = error.proposal
        text, buffers = json.dumps({"error": told}), []
    encoded = text.encode(errors="backslashreplace")
    target.write(_MAGIC + _LENGTH.pack(len(encoded)) + encoded)
    for content in buffers:
        target.write(content)
    target.flush()


def _end_with(parent: int) -> None:
    """End this process once its parent is gone: whoever asked was killed, and nobody waits for the answer."""
    while os.getppid() == parent:
        time.sleep(0.25)
    os._exit(1)


def main() -> int:
    """Answer one request; what a library prints goes to stderr, never into the answer."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    with os.fdopen(os.dup(1), "wb") as target:
        os.dup2(2, 1)
        _answer(sys.stdin.buffer, target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
