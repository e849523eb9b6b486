# One short target per habit. The logic lives in the tools that are called here.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo status down test thorough validate invariants check unit cluster format lint types imports docs bench oracle lock

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Catalyst needs Python 3.11 or newer; set PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked dependencies into $(VENV)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

# A file that finds the checkout: installing the project itself would need a newer setuptools than environments begin with.
$(BIN)/catalyst: cli/launcher.sh | $(STAMP)
	@install -m 755 $< $@

setup: $(STAMP) $(BIN)/catalyst ## Create the virtual environment in .venv from the lock file, with the program `catalyst`

demo: setup ## Bring up the whole stack, open a pull request, wait for its preview
	@$(BIN)/python -m deploy.local demo

status: setup ## Show what runs, where, and what it uses
	@$(BIN)/python -m deploy.local status

down: setup ## Remove everything the stack has made
	@$(BIN)/python -m deploy.local down

test: setup ## Run all tests, those on the real cluster too
	@$(BIN)/python -m tests.run

thorough: setup ## Run all tests with every variant: what another test shows, with one more technology
	@$(BIN)/python -m tests.run --thorough

validate: setup ## Live through the cases that Catalyst exists for, on the local stack
	@$(BIN)/python -m tests.validate

invariants: setup ## Break each invariant on purpose, in a copy, and see that its tests notice
	@$(BIN)/python -m tests.invariants

unit: setup ## Run the fast tests only (no cluster)
	@$(BIN)/pytest -q -m "not cluster" tests

check: setup lint types imports docs ## Format, lint, types, imports, generated documentation

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: setup
	@$(BIN)/mypy

imports: setup
	@$(BIN)/lint-imports --no-cache

docs: setup
	@$(BIN)/python -m tests.support.requirements --check
	@$(BIN)/python -m deploy.schema --check
	@$(BIN)/python -m deploy.gallery --check

format: setup ## Format the code and write generated documentation
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && $(BIN)/python -m tests.support.requirements --write
	@$(BIN)/python -m deploy.schema --write
	@$(BIN)/python -m deploy.gallery --write

bench: setup ## Measure against bare tools and print the table of the README
	@$(BIN)/python -m tests.bench

oracle: setup ## Compile kompose and compare its translation of compose files with ours
	@$(BIN)/pytest -q tests/oracle/compare_with_kompose.py

lock: ## Resolve the dependencies again (needs uv); versions younger than a week are left out
	@uv pip compile -q pyproject.toml --extra dev --extra local --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --no-header --python-version 3.11 \
	  --exclude-newer "$$(date -u -d '7 days ago' +%Y-%m-%dT00:00:00Z)" -o requirements.lock
