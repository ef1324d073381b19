# What a person types: `make demo`, `make test`. Everything else serves these two.

VENV    ?= .venv
BIN     := $(VENV)/bin
# The newest Python from 3.11 on that is here; PYTHON=... chooses another.
PYTHON  ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
             "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PIP     := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test pty check lint format types imports docs walks nightly protocol killpoints chaos bench fleet clean help
.DEFAULT_GOAL := help

help:
	@echo 'make demo    a living desk: backend, robot customers, robot colleagues, one seat for you'
	@echo 'make test    set up what is missing and run every check and test'
	@echo 'make check   formatters, types, import contracts, house tests, tests'
	@echo 'make pty     two desks, hostile text, an outage and a newcomer through real terminals'
	@echo 'make walks   ten thousand random walks over the service blueprints'
	@echo 'make nightly everything of the server that a run tries in part only, tried in full'
	@echo 'make protocol    the state machine of the protocol for a night; EXAMPLES=20000 ENGINE=sqlite or postgres'
	@echo 'make killpoints  a death at every named point, first to fifth pass; HITS=5 ENGINE=sqlite or postgres'
	@echo 'make chaos   desks and server on a bad line, killed again and again: nothing twice, nothing lost, nothing untrue'
	@echo 'make bench   speed against a bare Textual app, measured from outside'
	@echo 'make fleet   200 desks on two servers over PostgreSQL: what arrives, where, how fast'
	@echo 'make docs    write docs/keys.md, docs/file-map.md and the pictures again'

demo: $(VENV)/.run
	@$(BIN)/agent-tui demo $(ARGS)

test: check

check: lint types imports
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

docs: $(VENV)/.dev
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.shots

pty: $(VENV)/.dev
	$(BIN)/python -m pytest -n 0 -m '' tests/pty $(ARGS)

walks: $(VENV)/.dev
	AGENT_TUI_WALKS=10000 $(BIN)/python -m pytest -n 0 tests/unit/blueprints/test_walks.py $(ARGS)

# For a night, on both engines unless ENGINE names one.
ENGINE   ?=
EXAMPLES ?= 20000
HITS     ?= 5

nightly: $(VENV)/.dev
	AGENT_TUI_WHOLE=1 $(BIN)/python -m pytest -k 'postgres or test_fuzz' tests/server tests/flow $(ARGS)

protocol: $(VENV)/.dev
	AGENT_TUI_PROTOCOL_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n 0 -k '$(ENGINE)' tests/protocol/test_protocol.py $(ARGS)

killpoints: $(VENV)/.dev
	AGENT_TUI_KILL_POINT_HITS=$(HITS) $(BIN)/python -m pytest -n 0 -k 'death and $(or $(ENGINE),death)' tests/protocol/test_killpoints.py $(ARGS)

chaos: $(VENV)/.dev
	$(BIN)/python -m chaos $(ARGS)

bench: $(VENV)/.dev
	$(BIN)/python -m bench $(ARGS)

fleet: $(VENV)/.dev
	$(BIN)/python -m bench.fleet $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo 'agent-tui needs Python 3.11 or newer; none was found on the PATH. Set PYTHON=/path/to/python3.' >&2; exit 69; }
	@echo 'Making the environment in $(VENV) …'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	@echo 'Installing pinned dependencies …'
	@$(PIP) install -r requirements/run.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	@echo 'Installing pinned dependencies for development …'
	@$(PIP) install -r requirements/dev.lock
	@$(PIP) install --no-deps --editable .
	@touch $@ $(VENV)/.run
