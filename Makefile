# Two commands for a newcomer: `make demo` and `make test`. Both set themselves up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# What one process of the tests compiles, the others need not.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check bench configuration format support audit clean

$(VENV)/ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "ocppsim needs Python 3.11 or newer; call make with PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

demo: $(VENV)/ready
	$(BIN)/ocppsim demo $(ARGS)

test: $(VENV)/ready
	$(BIN)/pytest --numprocesses auto --dist worksteal $(ARGS)

check: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

configuration: $(VENV)/ready
	$(BIN)/python docs/configuration.py

support: $(VENV)/ready
	$(BIN)/python docs/supported.py

audit: $(VENV)/ready
	$(BIN)/python -m tests.audit $(ARGS)

bench: $(VENV)/ready
	$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache dist
