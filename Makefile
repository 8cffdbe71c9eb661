# Two commands do everything: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
DEMO ?= .demo
PORT ?= 8330
WORKERS ?= auto
PYTEST := $(PY) -m pytest -q -n $(WORKERS)
FAST := not slow and not chromium and not fax and not go
IN_MEMORY := $(shell test -w /dev/shm && echo TMPDIR=/dev/shm)
LONGEST := --ignore=tests/docs/test_your_own.py --ignore=tests/docs/test_embedding.py --ignore=tests/unit/statistics/test_noise.py \
	--deselect=tests/clauses/test_3_4_unauthorised_use.py::test_many_addresses_together_are_stopped_as_well

.DEFAULT_GOAL := help
.PHONY: help run tour setup setup-dev check quick test test-full mutate golden schema words accept-translation bench lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.runtime ## install what running needs, from the lock

$(VENV)/.runtime: requirements/runtime.txt
	@echo "setting up: what running needs, from the lock (about a minute, once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kept needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { echo "Python has no venv here; on Debian: apt install python3-venv"; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@$(PY) scripts/link_source.py
	@touch $@

setup-dev: $(VENV)/.dev

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "setting up: what testing needs, from the lock (about a minute, once)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

run: $(VENV)/.runtime ## start the Photolibrary demo and print its addresses
	@$(PY) -m kept.cli.main serve --demo $(DEMO) --app examples/photolibrary/app.py --port $(PORT)

tour: $(VENV)/.runtime ## the sceptic's minute: what Kept promises, tried in front of you
	@$(PY) -m kept.cli.main tour

check: $(VENV)/.dev ## ruff, mypy, import contracts
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

quick: $(VENV)/.dev ## ruff, and the tests of units, clauses and documents: within a minute
	@$(VENV)/bin/ruff check .
	@$(IN_MEMORY) $(PYTEST) -m "$(FAST)" tests/unit tests/clauses tests/conformance tests/docs $(LONGEST)

test: check ## the checks and the fast tests
	@$(PYTEST) -m "$(FAST)"

test-full: $(VENV)/.dev ## everything; installs the Debian packages it needs
	@scripts/debian_packages.sh
	@$(MAKE) --no-print-directory check
	@$(PY) -m pytest -q -m "chromium or fax"  # in one process: a file shares its browser and its installation, in order
	@$(PYTEST) -m "not chromium and not fax"

$(VENV)/.mutate: requirements/mutate.txt $(VENV)/.dev
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutate.txt
	@touch $@

mutate: $(VENV)/.mutate ## change the code in small ways and see whether a test notices; hours for everything, so name some: ONLY='kept.vault.*'
	@$(VENV)/bin/mutmut run $(ONLY)
	@$(VENV)/bin/mutmut results

golden: $(VENV)/.dev ## write the golden files anew; look at the difference before you commit it
	@KEPT_GOLDEN=update $(PY) -m pytest -q tests/golden

bench: $(VENV)/.dev ## measure, and write benchmarks/RESULTS.md
	@$(PY) benchmarks/run.py

schema: $(VENV)/.dev ## write what follows from the SQL files, the policy language and the door's views
	@$(PY) scripts/write_schema.py
	@$(PY) scripts/write_twins.py

words: $(VENV)/.dev ## collect the words of the pages and sort the Japanese catalogue
	@$(PY) scripts/extract_words.py

accept-translation: $(VENV)/.runtime ## POLICY=file: its translations name it as it stands; read both before
	@$(PY) -m kept.cli.main accept $(or $(POLICY),$(error say which policy: make accept-translation POLICY=policies/photolibrary.policy.md))

lock: ## write the locks anew (needs uv)
	@for one in runtime dev mutate; do uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/$$one.in -o requirements/$$one.txt; done

clean: ## remove what make made (not the demo's data)
	@rm -rf $(VENV) mutants .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
