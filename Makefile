# What can be done here. `make` shows it. Everything that is made lies in .venv and .state, and nothing is made twice.

.DEFAULT_GOAL := help
SHELL := /bin/sh

# A Python that is new enough and can make a virtual environment: the first of these that says so itself.
CANDIDATES := python3.13 python3.12 python3.11 python3 python3.14 python
SUITABLE := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(CANDIDATES); do "$$p" -c '$(SUITABLE)' 2>/dev/null && { echo "$$p"; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
STATE ?= .state
TESTS ?= tests
JOBS ?= 2
# In the order of their names: what takes long comes first, so that no worker is left with it at the end.
WORKERS = --numprocesses=$(JOBS) --dist=loadfile --no-loadscope-reorder
OPA ?= $(firstword $(sort $(wildcard .tools/opa-*)))
REGAL ?= $(wildcard .tools/regal)

PIP := $(BIN)/python -m pip --disable-pip-version-check --require-virtualenv install --quiet
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip compile --quiet --universal \
  --generate-hashes --no-emit-index-url --no-emit-find-links

.PHONY: help
help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.runtime | $(STATE)/policy ## Set everything up, and serve on http://127.0.0.1:8080
	GATE_STATE_DIR=$(STATE) $(BIN)/gate serve

.PHONY: demo
demo: $(VENV)/.runtime ## Play the story of docs/story.md: a review, a freeze, a bypass and what comes of it
	scripts/demo

.PHONY: test
test: $(VENV)/.dev ## Run the tests (TESTS=tests/unit for some of them)
	$(BIN)/python -m pytest $(WORKERS) -m "not alone and not browser" $(TESTS)

.PHONY: test-servers
test-servers: $(VENV)/.dev ## Run the tests that need real servers: PostgreSQL, OPA
	$(BIN)/python -m pytest $(WORKERS) -m "(postgresql or opa) and not alone" $(TESTS)
	$(BIN)/python -m pytest -m alone $(shell grep -rl "mark.alone" --include='test_*.py' tests)

.PHONY: test-browser
test-browser: $(VENV)/.dev ## Open the pages in a real Chromium (scripts/install-chromium)
	$(BIN)/python -m pytest -m browser tests/browser

.PHONY: test-container
test-container: $(VENV)/.dev ## Run the build stage of the Dockerfile in a clean environment
	$(BIN)/python -m pytest -m container $(wildcard tests/test_*.py)

.PHONY: reference
reference: $(VENV)/.dev ## Write docs/reference anew from the code
	PYTHONPATH=. $(BIN)/python scripts/reference.py

.PHONY: lint
lint: $(VENV)/.dev ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: lint-policies
lint-policies: $(VENV)/.dev ## Check the default pack, with the real opa (scripts/install-opa) and Regal where it is
	$(BIN)/gate policy test policies
	$(if $(OPA),$(OPA) check --strict policies/rego,@echo "No opa in .tools: see scripts/install-opa.")
	$(if $(OPA),$(OPA) fmt --fail --list policies/rego)
	$(if $(REGAL),$(REGAL) lint policies/rego)

.PHONY: bench
bench: $(VENV)/.dev ## Measure decisions, loading, slots and windows; writes bench/out
	$(BIN)/python -m bench.decision
	$(BIN)/python -m bench.crowd
	$(BIN)/python -m bench.loading
	$(BIN)/python -m bench.slots
	$(BIN)/python -m bench.windows

.PHONY: lock
lock: $(VENV)/.dev ## Pin the newest dependencies that pyproject.toml allows
	$(LOCK) --upgrade --python-version 3.11 pyproject.toml --output-file requirements/runtime.txt
	$(LOCK) --upgrade --python-version 3.11 pyproject.toml --group dev --constraints requirements/runtime.txt --output-file requirements/dev.txt
	$(LOCK) --upgrade --python-version 3.11 requirements/build.in --constraints requirements/dev.txt --output-file requirements/build.txt
	$(LOCK) --upgrade --python-version 3.14 requirements/opa.in --output-file requirements/opa.txt

$(STATE)/policy: | $(VENV)/.runtime
	$(BIN)/gate init $@

# Each file stands for a step that was done, and is older than what it was done from.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer with its venv module is needed; name one: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.made pyproject.toml requirements/runtime.txt requirements/opa.txt requirements/build.txt
	$(PIP) --require-hashes --requirement requirements/runtime.txt
	$(PIP) --require-hashes --ignore-requires-python --no-deps --requirement requirements/opa.txt
	$(PIP) --require-hashes --requirement requirements/build.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	$(PIP) --require-hashes --requirement requirements/dev.txt
	@touch $@
