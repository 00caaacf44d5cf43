"""The dossier: an examination as one self-contained page, with its data beside it.

``render`` gives the page, ``write`` a folder with ``dossier.html``, ``examination.json`` and
``stations.csv``. The page holds no script and asks for nothing from outside; the templates do no
arithmetic and every name from the data is escaped.
"""

from __future__ import annotations

from recanvass.dossier.files import write
from recanvass.dossier.page import render

__all__ = ["render", "write"]
