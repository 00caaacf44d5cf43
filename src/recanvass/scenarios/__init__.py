"""The scenarios, one a file; see `recanvass.scenario` for the contract."""
