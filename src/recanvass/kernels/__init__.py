"""The kernels, one a file; see `recanvass.kernel` for the contract."""
