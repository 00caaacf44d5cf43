"""The methods, one a file; see `recanvass.method` for the contract."""
