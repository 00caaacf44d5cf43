"""The readers, one a file; see `recanvass.reader` for the contract."""
