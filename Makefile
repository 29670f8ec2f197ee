# Every target sets .venv up by itself when it is missing or older than the lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PACKAGES := feeds tui widgets drills bench
# Where property tests are that try fewer examples in the suite than they can.
PROPERTIES := $(addprefix tests/,board courier drill fleet locating sources surges views widgets)

# One test at a time more than there are processors: they wait for clocks, disks and each other as much as they compute.
TESTS_AT_ONCE = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')

.PHONY: run test check bench soak format lock clean
.DEFAULT_GOAL := run

run: $(READY)  ## play the APN fault into a temporary hub and open the console on it
	@$(BIN)/vaken demo

test: $(READY)  ## the full suite
	@$(BIN)/python -m pytest -n $(TESTS_AT_ONCE)

check: $(READY)  ## lint, format, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY)  ## the budgets, as ratios in one run
	@$(BIN)/python -m bench

soak: $(READY)  ## the long forms of crash and load tests; VAKEN_SOAK_MINUTES for mixed load, 30 by itself
	@$(BIN)/python -m pytest -m soak --override-ini addopts="-q --strict-markers --import-mode=importlib"
	@VAKEN_EXAMPLES=all $(BIN)/python -m pytest -n auto $(PROPERTIES)

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock:  ## resolve the lock anew; needs uv
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--all-extras --upgrade --quiet pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("vaken needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV) (once, about a minute)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q feeds tui widgets drills || true
	@touch $@
