# Two commands matter: `make demo` and `make test`. Both share one .venv and install what they need with pip;
# both are installed again only when pyproject.toml changed.
#
# Without make:
#   python3 -m venv .venv && .venv/bin/python -m pip install --upgrade pip
#   .venv/bin/python -m pip install --editable . --group test
#   .venv/bin/legcycle demo
#   .venv/bin/python -m pytest -m "not soak" -n 3 --dist worksteal

PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
RUN := $(BIN)/python -m
# Wheels alone: nothing is compiled on the user's machine, and nothing runs while it is fetched.
export PIP_ONLY_BINARY := :all:
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Many tests wait for radios, ports and clocks: side by side they wait at once, and three on two cores are soonest done.
PARALLEL := -n 3 --dist worksteal

.PHONY: demo test soak check format lint types layers docs wheel clean

demo: $(VENV)/.demo
	$(BIN)/legcycle demo

test: $(VENV)/.test
	$(RUN) pytest -m "not soak" $(PARALLEL)

soak: $(VENV)/.test
	$(RUN) pytest -m soak

check: lint types layers docs wheel

format: $(VENV)/.check
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

lint: $(VENV)/.check
	$(RUN) ruff format --check .
	$(RUN) ruff check .

types: $(VENV)/.check
	$(RUN) mypy

layers: $(VENV)/.check
	$(BIN)/lint-imports

# Whatever is generated says itself, with --check, whether it is current.
docs: $(VENV)/.check
	$(BIN)/python docs/figures/make_leg_cycle.py --check
	$(BIN)/python docs/figures/make_demo.py --check
	$(BIN)/python docs/figures/make_on_the_track.py --check
	$(BIN)/python docs/figures/make_calibration.py --check
	$(BIN)/python docs/figures/make_window.py --check
	$(BIN)/python docs/figures/make_report.py --check
	$(BIN)/python docs/make_command_line.py --check
	$(BIN)/python docs/make_wire_protocol.py --check
	$(BIN)/python tests/data/leglink/make.py --check

# The three packages and nothing else, and a command line that works where only they are installed.
wheel: $(VENV)/.check
	rm -rf dist $(VENV)/bare
	$(RUN) build --wheel --outdir dist .
	$(BIN)/check-wheel-contents dist
	$(PYTHON) -m venv $(VENV)/bare
	$(VENV)/bare/$(notdir $(BIN))/python -m pip install --quiet dist/*.whl
	$(VENV)/bare/$(notdir $(BIN))/legcycle --help

clean:
	rm -rf $(VENV) dist

$(VENV)/.demo: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN) pip install --quiet --upgrade "pip>=25.1"
	$(RUN) pip install --quiet --editable .
	touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.demo
	$(RUN) pip install --quiet --group test
	touch $@

$(VENV)/.check: pyproject.toml $(VENV)/.test
	$(RUN) pip install --quiet --group check
	touch $@
