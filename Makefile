# The first Python from 3.11 on that runs here; another: make PYTHON=/path/to/python …
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$each -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$each; break; }; done)
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help demo run lint test quick check fix golden docs bench chaos wheel clean

help:  ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): requirements-dev.lock pyproject.toml
	test -n "$(PYTHON)" || { echo "Python 3.11 or newer (with venv) is needed, and none was found." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
# --no-deps: the lock is complete; pip 23.0, which Python 3.11 brings, would ask again for coverage[toml] and find no hash
	$(BIN)/python -m pip install -q --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -q --no-deps -e .
	$(BIN)/python -m pip check
	touch $@

demo: $(READY)  ## show the whole way against the built-in simulator
	$(BIN)/ksef-bridge demo

run: $(READY)  ## watch the inboxes of bridge.toml and work
	$(BIN)/ksef-bridge run

test: $(READY)  ## run all tests; four at once, as they mostly wait: about five minutes on two cores
	$(BIN)/pytest -n 4

quick: $(READY)  ## run the quick suite, without the long tests: under two minutes on two cores
	$(BIN)/pytest -n 4 -m "not long"

lint: $(READY)  ## format, style, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint  ## lint, and the tests with coverage
	$(BIN)/pytest -n 4 --cov=bridge

fix: $(READY)  ## repair format and style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: $(READY)  ## write down anew what people are told, and show what changed
	$(BIN)/python -m docs.generate golden
	git --no-pager diff -- tests/errors

docs: $(READY)  ## make the pages that come from tables and examples
	$(BIN)/python -m docs.generate

chaos: $(READY)  ## kill the program 200 times under every fault, 20,000 invoices; about ten minutes
	$(BIN)/python -m tests.chaos

bench: $(READY)  ## measure the stages and the whole against the reference
	$(BIN)/python -m tests.support.polish
	$(BIN)/python -m tests.bench.bench

wheel:  ## build the wheel, install it elsewhere, send a sample to the simulator with it
	PYTHON=$(PYTHON) sh tests/wheel.sh

clean:  ## remove what was made here, not the data
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
