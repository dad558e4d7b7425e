# Two commands for a fresh machine with Python >= 3.11, git and make:  make plan   make test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCENARIO ?= scenarios/national-2025
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: plan test lint tests docs golden campaign-fuzz campaign-kill campaign-random basemap clean

plan: $(VENV)/.core  ## Set up, solve the national scenario, say where the map is.
	$(BIN)/planner run $(SCENARIO)

test: lint tests  ## Everything CI runs.

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

tests: $(VENV)/.test
	$(BIN)/python -m pytest -n auto

docs: $(VENV)/.core  ## Write docs/reference anew from the features' declarations.
	$(BIN)/python -m planner.reference docs/reference

golden: $(VENV)/.test  ## Accept the national scenario's new numbers as meant.
	$(BIN)/python -m pytest tests/golden --update-golden

campaign-fuzz: $(VENV)/.test  ## 200,000 mutated scenarios through the reader.
	PLANNER_FUZZ=200000 $(BIN)/python -m pytest -m campaign tests/io -n auto

campaign-kill: $(VENV)/.test  ## 100 runs killed at random moments.
	$(BIN)/python tests/campaigns/kill_runs.py --runs 100

$(VENV)/.core: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable .
	touch $@

$(VENV)/.test: $(VENV)/.core
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
