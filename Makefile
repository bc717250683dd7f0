# Everything a person or a CI needs, on a machine with only Python 3.11+, git and make.
# `make` alone lists it. A target's help is the text after its two hashes.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CONFORMANCE_STAMP := $(VENV)/.conformance-installed

# The first of these that runs and is new enough makes the environment; PYTHON=… names another.
PYTHON ?=
PYTHONS := $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3 python)
TESTS ?= tests
SOAK_SECONDS ?= 600
SEED ?= 1
SEEDS ?= 10000
HUB ?= model
PLANT ?=

# -qq: errors only. A warning about pip itself would drown the one line that matters.
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(BIN)/python -m pip -qq
INSTALL := $(PIP) install --no-build-isolation -c constraints.txt

.PHONY: help
help: ## List what can be done (the default)
	@printf '\n  tidelog\n\n'
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@printf '\n  PYTHON=python3.12 chooses the interpreter, TESTS=tests/localstore what to test.\n\n'

.PHONY: run
run: $(STAMP) ## Watch a real client do an afternoon's work on a scratch store
	@$(BIN)/tidelog demo

.PHONY: test
test: $(STAMP) ## Run the tests, on two processes
	@$(BIN)/pytest -n 2 --dist worksteal $(TESTS)

.PHONY: check
check: $(STAMP) ## Check format, lint, types and the direction of imports
	@$(BIN)/ruff format --check --quiet --output-format concise . \
	  || { echo 'The files above are not formatted: make fmt' >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

.PHONY: fmt
fmt: $(STAMP) ## Format the code and mend what the linter can mend
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(STAMP) ## Measure, beside the floor of this machine
	@$(BIN)/python -m benchmarks

.PHONY: bloat
bloat: $(STAMP) ## Measure what 20,000 snapshots leave behind (twenty minutes)
	@$(BIN)/python -m benchmarks.bloat

.PHONY: soak
soak: $(STAMP) ## Run the long tests for SOAK_SECONDS (600) each
	@TIDELOG_SOAK_SECONDS=$(SOAK_SECONDS) $(BIN)/pytest -m slow --timeout 0 $(TESTS)

.PHONY: sim
sim: $(STAMP) ## Replay one simulation: SEED=17 HUB=model|postgres
	@$(BIN)/python -m tests.simulation --seed $(SEED) --hub $(HUB) --plant '$(PLANT)'

.PHONY: sim-long
sim-long: $(STAMP) ## Go through SEEDS (10000) simulations, HUB=model|postgres
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) --hub $(HUB) --plant '$(PLANT)'

.PHONY: chaos
chaos: $(STAMP) ## Kill daemons, servers and Postgres under load (some minutes)
	@$(BIN)/python -m tests.soak.chaos

.PHONY: conformance
conformance: $(CONFORMANCE_STAMP) ## Point real MCP clients and the official suite at the server
	@$(BIN)/python -m tests.interop

.PHONY: reference
reference: $(STAMP) ## Write docs/reference and the answers in docs/ anew, by running them
	@$(BIN)/python -m tests.reference

.PHONY: wheel
wheel: $(STAMP) ## Build the wheel and the source archive into dist/
	@rm -rf dist
	@$(BIN)/python -m hatchling build --directory dist

.PHONY: packages
packages: wheel ## Build all that is published: also server.json, the .mcpb bundle, the plugin
	@$(BIN)/python -m tidelog.packages dist

.PHONY: clean
clean: ## Remove the environment, builds and caches
	@rm -rf $(VENV) dist build .interop .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The build backend goes in first, pinned, so that nothing is built with an unpinned one.
$(STAMP): pyproject.toml constraints.txt
	@python=; \
	for candidate in $(PYTHONS); do \
	  if $$candidate -c 'import sys, ssl, sqlite3; sys.exit(sys.version_info < (3, 11))' \
	    >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo 'tidelog needs Python 3.11 or later; tried: $(PYTHONS)' >&2; \
	  echo 'Install one, or name it: make PYTHON=/path/to/python3.12' >&2; exit 1; \
	fi; \
	if [ ! -x $(BIN)/python ] || [ -n '$(PYTHON)' ]; then \
	  printf 'Setting up %s with %s (once, under a minute) … ' \
	    $(VENV) "$$($$python --version 2>&1)"; \
	  $$python -m venv --clear $(VENV) || { \
	    echo "$$python cannot make an environment; on Debian: apt install python3-venv" >&2; \
	    exit 1; }; \
	else \
	  printf 'Bringing %s up to date … ' $(VENV); \
	fi
	@$(PIP) install -c constraints.txt hatchling || { echo 'failed.' >&2; exit 1; }
	@$(INSTALL) -e '.[dev]' || { echo 'failed.' >&2; exit 1; }
	@touch $@
	@echo 'done.'

$(CONFORMANCE_STAMP): $(STAMP)
	@printf 'Fetching Node for the official clients (once) … '
	@$(INSTALL) -e '.[dev,conformance]' || { echo 'failed.' >&2; exit 1; }
	@touch $@
	@echo 'done.'
