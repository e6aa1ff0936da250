# The index of everything that is done here. Each target sets up what it needs from Python 3.11, pip, git and make.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
SYNCED := .venv/.synced
WORKERS ?= 2
TESTS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
CHECKS := check-types check-format check-lint check-imports check-rules check-schema check-web

.PHONY: help setup tools window run test check $(CHECKS) format schema ui capi bench crash fuzz clean

help: ## Tell what can be done
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do \
		printf '  make %-8s %s\n' "$$name" "$$what"; done

setup: $(SYNCED) ## Make .venv with everything that uv.lock names

$(SYNCED): uv.lock
	@PYTHON="$(PYTHON)" sh scripts/setup.sh

tools: ## Install ripgrep, tmux, bubblewrap and chromium where that is possible
	@sh scripts/tools.sh

window: $(SYNCED) ## Install what `portico desktop` needs: Qt, 1 GB
	@sh scripts/desktop.sh

run: $(SYNCED) ## Start the gateway; with PROMPT="..." run one agent turn and exit
ifdef PROMPT
	@$(BIN)/portico chat "$$PROMPT"
else
	@$(BIN)/portico up
endif

test: $(SYNCED) tools window ## Run all tests, or those of TESTS=path
	$(BIN)/python -m pytest -n $(WORKERS) --durations=20 --inline-snapshot=disable $(TESTS)

check: $(SYNCED) ## Format, lint, types, import contracts, house rules, drift of schemas and web shell
	@$(MAKE) --no-print-directory --keep-going --output-sync=target --jobs=$(WORKERS) $(CHECKS)

check-types: $(SYNCED)
	$(BIN)/basedpyright

check-format: $(SYNCED)
	$(BIN)/ruff format --check .

check-lint: $(SYNCED)
	$(BIN)/ruff check .

check-imports: $(SYNCED)
	$(BIN)/lint-imports

check-rules: $(SYNCED)
	$(BIN)/python scripts/house_rules.py

check-schema: $(SYNCED)
	$(BIN)/python -m scripts.schema --check

check-web: $(SYNCED)
	$(BIN)/python scripts/web_bundle.py

format: $(SYNCED) ## Format and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: $(SYNCED) ## Write schemas/ anew from the protocol and the HTTP routes
	$(BIN)/python -m scripts.schema

ui: web/node_modules/.package-lock.json ## Build the web shell from web/ into the package; needs Node 20 or later
	@cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package-lock.json
	@cd web && npm ci --ignore-scripts --no-audit --no-fund

capi: $(SYNCED) ## Build the C library of the boundary into build/ (docs/capi.md)
	$(BIN)/python -m scripts.capi

bench: $(SYNCED) ## Measure; prints one table
	$(BIN)/python -m bench

fuzz: $(SYNCED) ## Ask every HTTP route what its description allows and what it does not; FUZZ_SECONDS=600
	FUZZ_SECONDS=$${FUZZ_SECONDS:-600} $(BIN)/python -m pytest -s --timeout=0 tests/e2e/test_openapi.py

crash: $(SYNCED) ## kill -9 at 200 random moments under streaming turns
	$(BIN)/python -m tests.e2e.crash --kills 200

clean: ## Remove what can be made again
	rm -rf .venv build dist .pytest_cache .ruff_cache .import_linter_cache .grimp_cache .hypothesis
