"""Every error that recanvass raises on purpose.

A message says what is wrong, the value, where, and what to do, in one or two sentences.
The command line prints it in one line and leaves with ``exit_code``; anything else that
escapes is a bug.
"""

from __future__ import annotations


class RecanvassError(Exception):
    """An error raised on purpose; its text is meant for the user."""

    exit_code = 2


class UsageError(RecanvassError, ValueError):
    """The call cannot be carried out as asked."""


class TableError(RecanvassError, ValueError):
    """A table of results lacks a column, or its arrays do not fit together."""


class UnknownName(RecanvassError, KeyError):
    """A name that is not in a registry."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class MissingExtra(RecanvassError, ImportError):
    """An optional package is not installed."""


class ReadError(RecanvassError, ValueError):
    """A file cannot be read as results without guessing."""

    exit_code = 3


class MappingNeeded(ReadError):
    """The columns are ambiguous and have to be decided by a person.

    Parameters
    ----------
    message : str
        What is open, and what to do.
    proposal : str
        The text of a mapping file (TOML) to be edited.
    """

    def __init__(self, message: str, proposal: str = "") -> None:
        super().__init__(message)
        self.proposal = proposal


class ControlTotalsDiffer(ReadError):
    """The pre-scan, the loader and the output disagree: a defect of the program, never of the file."""


class RecanvassWarning(UserWarning):
    """The root of the warnings."""
