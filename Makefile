# Concord: two commands do it all — `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup demo run test test-postgres test-postgres-chosen chaos schemathesis check lint types contracts bench charts pictures clean
help:  ## show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

$(BIN)/.ready: requirements/dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
	  VIRTUAL_ENV=$(VENV) uv pip sync --quiet --compile-bytecode --require-hashes requirements/dev.txt; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt; \
	fi
	@touch $@

setup: $(BIN)/.ready  ## make the environment (.venv) from the lock

demo: setup  ## lay a demo office and run it: everything in the foreground, Ctrl-C ends it
	@./concord demo

run: setup  ## run the office of this machine
	@./concord serve

test: setup  ## run the tests: everything, then those in a browser, with a real Prefect server, and of offices of many processes
	@$(BIN)/python -m tests.groups

test-postgres: setup  ## the whole test-suite on a PostgreSQL of its own (from the wheel)
	@$(BIN)/python -m tests.on_postgres

test-postgres-chosen: setup  ## the part of it that `make check` runs: store, door, sweeps, notices, imports, hooks, accounts, pages
	@$(BIN)/python -m tests.on_postgres --chosen

chaos: setup  ## the long dose of every fault (CHAOS_DOSE times the small one), and a table of what was measured
	@CHAOS_DOSE=$${CHAOS_DOSE:-10} CHAOS_FIGURES=$${CHAOS_FIGURES:-var/chaos.jsonl} $(BIN)/python -m tests.chaos

schemathesis: setup  ## a long dose of made-up requests for the REST interface (SCHEMATHESIS_DOSE examples an address)
	@SCHEMATHESIS_DOSE=$${SCHEMATHESIS_DOSE:-150} $(BIN)/python -m pytest -q -o timeout=3600 tests/web/api/test_schemathesis.py

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q . 

types: setup
	@$(BIN)/mypy

contracts: setup
	@$(BIN)/lint-imports --no-cache

check: lint types contracts test test-postgres-chosen  ## everything that must be green: lint, types, import contracts, tests

bench: setup  ## measure ourselves and our peers side by side
	@test -x .bench-venv/bin/python || $(PYTHON) -m venv .bench-venv
	@if command -v uv >/dev/null 2>&1; then \
	  VIRTUAL_ENV=.bench-venv uv pip sync --quiet --require-hashes requirements/bench.txt; \
	else \
	  .bench-venv/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements/bench.txt; \
	fi
	@.bench-venv/bin/python -m benchmarks.run

charts: setup  ## write the diagrams of the case types into docs/case-types
	@for kind in dispute bargaining; do for lang in zh en; do \
	  ./concord types chart $$kind --lang $$lang > docs/case-types/$$kind.$$lang.mmd; done; done

pictures: setup  ## take the pictures of docs/guide anew, from a demo office on a fixed day (needs Chromium)
	@$(BIN)/python -m tests.browser.guide_pictures

clean:  ## remove what was built; the office's own folder (var/) stays
	rm -rf $(VENV) .bench-venv .mypy_cache .ruff_cache
