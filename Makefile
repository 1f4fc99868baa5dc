# make demo   the built-in case: diagnosis in the terminal, report in idgraph-report.html
# make lab    the notebooks in JupyterLab
# make test   every check there is; make quick the fast ones
#
# Each target makes its own environment in .venv, with uv where it is found, else with venv and pip.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: demo lab test quick notebooks clean

# A slow machine must leave no bar in the outputs of notebooks.
test notebooks: export IDGRAPH_PROGRESS := 0

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
TWO := --numprocesses=2 --dist=loadfile
NBVAL := -p nbval --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg --nbval-cell-timeout=120

# Both extras are installed editable: a plain install by one target would leave the next one
# looking at an old copy of the package.
install = if command -v uv >/dev/null; \
	then uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '.[$(1)]'; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$(1)]'; fi

demo: $(VENV)/.lab
	@$(BIN)/idgraph demo shop --report idgraph-report.html
	@echo "The notebooks, in JupyterLab: make lab"

lab: $(VENV)/.lab
	@$(BIN)/idgraph lab

# Tracing makes a test take several times as long, so that lines are counted in the fast tests alone,
# with few examples of each law; then the laws run untraced with all of theirs, and the slow tests,
# two files at a time since they mostly wait for a browser. nbval comes last so that the last line is
# pytest's.
test: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/coverage run -m pytest -q -m "not slow" --hypothesis-profile=traced
	$(BIN)/coverage report
	$(BIN)/pytest -m "slow or hypothesis" --hypothesis-profile=$(if $(CI),ci,laws) $(TWO)
	@$(if $(NOTEBOOKS),$(BIN)/pytest $(NBVAL) notebooks,true)

quick: $(VENV)/.test
	@$(BIN)/pytest -m "not slow" $(TWO)

notebooks: $(VENV)/.test
	@$(BIN)/python tests/refresh_notebooks.py

clean:
	rm -rf $(VENV) build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
		.ruff_cache test-results idgraph-report.html

$(VENV)/.made:
	@rm -rf $(VENV)
	@if command -v uv >/dev/null; then uv venv --quiet --python '>=3.11' $(VENV); exit; fi; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "idgraph needs Python 3.11 or newer. Name one with 'make PYTHON=python3.12 ...', or install uv." >&2; exit 1; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments. On Debian and Ubuntu: apt install python3-venv; or install uv." >&2; exit 1; }; \
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.lab: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing idgraph with JupyterLab into $(VENV); the first time takes a minute or two."
	@$(call install,lab)
	@touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing idgraph with everything that its tests need into $(VENV); the first time takes a few minutes."
	@$(call install,test)
	@touch $(VENV)/.lab $@
