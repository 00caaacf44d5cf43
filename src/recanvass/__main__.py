"""``python -m recanvass`` is the command line."""

from __future__ import annotations

from recanvass.cli import main

if __name__ == "__main__":
    main()
