# One door for the chores; `make` lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
AUDIT := .venv-audit
# BLAS and OpenMP threads of several processes stall each other; the pipeline runs in parallel by process.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
export NUMBA_NUM_THREADS ?= 1

.PHONY: help install demo test test-all chaos bench lint format types contracts audit docs viz clean

help:  ## list these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	scripts/system_packages.sh
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet "pip>=25"

# Rendering, the lineage page and models, so that every pipeline runs; checks come with the tests.
$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet -c constraints.txt -e ".[render,viz,models]"
	touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/pip install --quiet -c constraints.txt -e ".[render,viz,models,serve,dev]"
	touch $@

install: $(VENV)/.run  ## make .venv with all that a run needs

demo: install  ## generate a small dataset in procedural homes and say where it lies
	$(BIN)/kedro run --pipelines=datagen
	@$(BIN)/vln-pipeline where

# A file's tests stay together, as they share what is dear to make; more processes would want more memory than laptops have.
test: $(VENV)/.dev  ## run the fast tests
	$(BIN)/pytest -m "not slow and not gpu and not chaos" -q -n auto --maxprocesses=4 --dist loadfile

test-all: $(VENV)/.dev  ## run the slow tests too
	$(BIN)/pytest -m "not gpu and not chaos" -q

chaos: export CHAOS_PAGE = docs/explanation/chaos.md
chaos: $(VENV)/.dev  ## disturb whole runs in every way, for an hour; best as root, who may mount
	$(BIN)/pytest tests/chaos -m chaos -q

bench: $(VENV)/.dev  ## run all benchmarks and write docs/reference/benchmarks.md
	$(BIN)/python benchmarks

lint: $(VENV)/.dev  ## check style
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: $(VENV)/.dev  ## mend style
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

types: $(VENV)/.dev  ## check types
	$(BIN)/mypy

contracts: $(VENV)/.dev  ## check which package may import which
	$(BIN)/lint-imports

# In an environment of its own: the package needs neither program.
$(AUDIT)/bin/bandit:
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/pip install --quiet bandit==1.9.4 pip-audit==2.10.1

audit: $(AUDIT)/bin/bandit  ## look for unsafe code, and for known faults of the pinned packages
	$(AUDIT)/bin/bandit --quiet --recursive --configfile pyproject.toml src
	$(AUDIT)/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

docs: export NO_MKDOCS_2_WARNING = 1
docs: $(VENV)/.dev  ## build the documentation into site/
	$(BIN)/mkdocs build --strict --quiet

viz: install  ## open the lineage page
	$(BIN)/kedro viz run

clean:  ## remove caches and build output, never data
	rm -rf build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
