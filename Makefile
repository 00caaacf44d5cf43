# recanvass: `make demo` and `make test` work on a machine that has Python 3.11 or newer, make and a package index.
# Every target creates .venv by itself, with uv where it is there and with pip where it is not.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: demo test check contracts lint types quick browser slow calibrate bench docs clean

PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
RUN := $(BIN)/python -m
OUT ?= out/demo

.venv/.user: pyproject.toml
	@test -n "$(PYTHON)" || { echo "recanvass needs Python 3.11 or newer; none was found on the path." >&2; exit 2; }
	@if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then \
		echo "Creating .venv with uv" >&2; \
		test -d .venv || uv venv -q -p $(PYTHON) .venv; \
		VIRTUAL_ENV=.venv uv pip install -q -e .; \
	else \
		echo "Creating .venv with pip" >&2; \
		test -x $(BIN)/python || $(PYTHON) -m venv .venv; \
		$(RUN) pip install -q --disable-pip-version-check -e .; \
	fi
	@touch $@

.venv/.dev: .venv/.user
	@if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then \
		VIRTUAL_ENV=.venv uv pip install -q -e '.[articles]' --group dev; \
	else \
		$(RUN) pip install -q --disable-pip-version-check --upgrade 'pip>=25.1'; \
		$(RUN) pip install -q --disable-pip-version-check -e '.[articles]' --group dev; \
	fi
	@touch $@

demo: .venv/.user          ## simulate a contest with known manipulations, examine it, write the dossier
	@$(BIN)/recanvass demo -o $(OUT)

test: .venv/.dev           ## the tests that take seconds
	@$(RUN) pytest -q -n 2 -m "not slow and not browser"

contracts: .venv/.dev      ## which room may look into which
	@$(BIN)/lint-imports

lint: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/.dev
	@$(BIN)/mypy

browser: .venv/.dev        ## the dossier in headless Chromium
	@$(RUN) pytest -q -m browser

quick: .venv/.dev          ## the quick calibration: does the alarm limit hold?
	@folder=$$(mktemp -d) && $(BIN)/recanvass calibrate --quick --check -o "$$folder" > "$$folder/table.json" \
		&& $(BIN)/python -c 'import json, sys; h = json.load(open(sys.argv[1]))["headline"]; print("quick calibration:", h["alarms"], "alarms in", h["worlds"], "clean contests")' "$$folder/table.json" \
		; status=$$?; rm -rf "$$folder"; exit $$status

calibrate: .venv/.user     ## hours: the table that ships; goes on where it stopped
	@$(BIN)/recanvass calibrate -o calibration --table src/recanvass/calibration.json > /dev/null
	@$(BIN)/recanvass calibrate --sizes -o calibration --table src/recanvass/calibration.json > /dev/null
	@$(BIN)/recanvass calibrate --ranks -o calibration --table src/recanvass/calibration.json > /dev/null

check: contracts lint types test quick browser   ## what CI runs

slow: .venv/.dev quick     ## minutes: sizes, powers, published tables
	@$(RUN) pytest -q -m slow

docs: .venv/.dev           ## the pages that are generated from measurements
	@$(BIN)/python benchmarks/calibration_page.py

bench: .venv/.dev
	@$(BIN)/python benchmarks/spine.py

clean:
	rm -rf .venv out .mypy_cache .ruff_cache .pytest_cache
