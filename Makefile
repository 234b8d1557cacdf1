# The two commands of the README are `make demo` and `make test`; each sets up all it needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up

.PHONY: help setup demo run serve test check format bench bench-answers chaos messages lock clean

help: ## Say what can be done here
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP) ## Set up .venv with pinned dependencies and the focal command

$(STAMP): requirements-dev.txt pyproject.toml
	@bash .ci/set-up "$(PYTHON)" "$(VENV)"
	@touch $@

demo: $(STAMP) ## Start a small Slack with Focal in it and open its page
	@$(BIN)/focal demo

run: $(STAMP) ## Connect Focal to a real workspace (SLACK_BOT_TOKEN, SLACK_APP_TOKEN)
	@$(BIN)/focal run

serve: $(STAMP) ## Serve Focal over HTTP (SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET)
	@$(BIN)/focal serve

test: $(STAMP) ## Run every test, storage on SQLite and PostgreSQL
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(STAMP) ## Lint, check types, the manifest and the migrations' head
	@echo "lint"; $(BIN)/ruff check .
	@echo "format"; $(BIN)/ruff format --check -q .
	@echo "types"; $(BIN)/mypy
	@echo "manifest"; $(BIN)/focal manifest check
	@echo "migrations"; $(BIN)/python -m storage.migrations

format: $(STAMP) ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: $(STAMP) ## Measure, as ratios against a floor measured in the same run
	@$(BIN)/python -m bench

bench-answers: $(STAMP) ## Measure how well questions find what answers them, how often Focal says no, and how fast
	@$(BIN)/python -m bench.answers --speed 1000 10000

chaos: $(STAMP) ## Kill and freeze the bot again and again, and count what was lost or came twice
	@$(BIN)/python -m bench.chaos

messages: $(STAMP) ## Bring the catalogues of every language up to date with the code
	@$(BIN)/python -m bot.catalogues

lock: $(STAMP) ## Resolve dependencies again and pin them with hashes (needs uv)
	@for extra in "" "--extra dev"; do \
	  out=requirements$$( [ -z "$$extra" ] || echo -dev ).txt; \
	  uv pip compile pyproject.toml --extra embeddings $$extra --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header -q -o $$out; echo "wrote $$out"; done

clean: ## Remove what was set up and made here
	@rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
