PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py
BOOTSTRAP := python3 bootstrap.py
LOCKS := runtime dev node
export PORT

.DEFAULT_GOAL := help
.PHONY: help run test check bench chaos screenshots shell stop reset lock messages

help: ## what can be made
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

run: ## everything, from a bare checkout to a portal at http://localhost:8000 (PORT= moves it)
	@$(BOOTSTRAP) runtime
	@exec $(MANAGE) up

test: ## everything needed to test, then all checks and all tests (ARGS= for pytest)
	@$(BOOTSTRAP) runtime dev
	@$(MAKE) --no-print-directory check
	@$(MANAGE) assets
	@$(MANAGE) messages --compile-only
	@$(if $(ARGS),$(PYTHON) -m pytest $(ARGS),$(MAKE) --no-print-directory test-all)

# What runs the whole product, or kills it, wants the machine for itself. The tests of the
# browser share two portals, one for each worker.
ALONE := tests/faults $(addprefix tests/astrapay_portal/,test_embedded.py test_served.py test_up.py)
.PHONY: test-all
test-all:
	@$(PYTHON) -m pytest -n 2 --dist loadfile $(addprefix --ignore=,$(ALONE) tests/browser)
	@$(PYTHON) -m pytest $(ALONE)
	@$(PYTHON) -m pytest -n 2 tests/browser

check: ## style, types, import contracts, templates, migrations, lock files
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check --quiet
	@$(PYTHON) -m mypy .
	@.venv/bin/lint-imports
	@.venv/bin/djlint --lint --quiet templates
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) messages --check
	@$(MAKE) --no-print-directory check-locks

.PHONY: check-locks
check-locks:
	@! grep -nE '"resolved"|(https?|file)://|--(extra-)?index-url|--find-links' requirements/*.txt
	@! grep -nE '"resolved"|(https?|file)://' package-lock.json | grep -v '"url": "https://'

bench: ## the budgets of docs/architecture.md, measured
	@$(PYTHON) -m benchmarks $(ARGS)

chaos: ## kills every process of a running portal for SECONDS=300 and counts what was promised and kept (SEED= repeats)
	@CHAOS_SECONDS=$(or $(SECONDS),300) CHAOS_SEED=$(SEED) $(PYTHON) -m pytest tests/faults/test_kills.py -s $(ARGS)

screenshots: ## pictures of every page in .data/screenshots, both languages, themes and widths
	@SCREENSHOTS=1 $(PYTHON) -m pytest tests/browser/test_pages.py $(ARGS)
	@cp .data/screenshots/charges-pt-br-light-1366.png docs/charges.png

shell: ## a Python shell beside the running portal
	@$(MANAGE) shell

stop: ## stops what `make run` runs in another terminal
	@$(MANAGE) down

reset: ## stops it and deletes the database and everything else below .data
	@$(MANAGE) down --erase

lock: ## compiles requirements/*.in into hashed lock files without addresses
	@for name in $(LOCKS); do \
	  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
	@npm install --package-lock-only --ignore-scripts --no-audit --no-fund

messages: ## extracts and compiles the catalogues of both languages
	@$(MANAGE) messages
