# What a person types; `make help` lists it. Everything is done by `python -m smartbis.local` and the tools of pyproject.toml.
PORT ?= 8000
DATA_DIR ?= .local
PYTHON ?= python3
ARGS ?=
# test processes, each with a database of its own
PROCESSES ?= 2

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
LOCAL := $(BIN)/python -m smartbis.local
OWNER := DATABASE_LOGIN=owner

.PHONY: help venv run test coverage check checks format messages openapi bench bench-full faults screenshots

help:
	@echo 'make run          everything, at http://127.0.0.1:$(PORT)/ (PORT=…, DATA_DIR=…); Ctrl-C stops it'
	@echo 'make test         the whole suite on its own PostgreSQL and Valkey (ARGS="-k voucher")'
	@echo 'make coverage     the same, slower, with which lines it ran'
	@echo 'make check        what CI runs: format, lint, types, import contracts, migrations, OpenAPI, tests'
	@echo 'make bench        the benchmarks, each beside its floor or peer (make bench-full: longer, more rows, the real file)'
	@echo 'make faults       20,000 messages through the sandbox with everything going wrong, each accounted for (ARGS="--messages 1000")'
	@echo 'make screenshots  every named screen of the demo, into screenshots/'
	@echo 'make format       format the sources and mend what lint can'
	@echo 'make messages     bring the message catalogues up to date'
	@echo 'make openapi      write docs/openapi.json'

venv:
	@$(PYTHON) -I smartbis/local/venv.py

run: venv
	@exec $(LOCAL) run --port '$(PORT)' --data-dir '$(DATA_DIR)'

test: venv
	@$(LOCAL) compile-messages
	@exec $(LOCAL) with-servers --fast -- $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist worksteal $(ARGS)

coverage:
	@$(MAKE) test ARGS='--cov --cov-report=term:skip-covered $(ARGS)'

# one pair of servers for all the checks: settings, models and schema are read by most of them
check: venv
	@exec $(LOCAL) with-servers --fast -- $(MAKE) checks

checks:
	@echo '— format' && $(BIN)/ruff format --check .
	@echo '— lint' && $(BIN)/ruff check .
	@echo '— templates' && $(BIN)/djlint --check --lint templates
	@echo '— import contracts' && $(BIN)/lint-imports
	@echo '— types' && $(OWNER) $(BIN)/mypy .
	@echo '— migrations' && $(OWNER) $(BIN)/python manage.py makemigrations --check --dry-run
	@echo '— messages' && $(LOCAL) check-messages && $(LOCAL) compile-messages
	@echo '— OpenAPI' && mkdir -p build \
	  && $(OWNER) $(BIN)/python manage.py spectacular --validate --fail-on-warn --format openapi-json --file build/openapi.json \
	  && { diff -u docs/openapi.json build/openapi.json || { echo 'docs/openapi.json is behind: make openapi'; exit 1; }; }
	@echo '— tests' && $(MAKE) test

format: venv
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format . && $(BIN)/djlint --quiet --reformat templates

# Babel in place of gettext's programs; entries name files without lines, nothing is fuzzy, what is gone goes
messages: venv
	@$(LOCAL) extract-messages && $(LOCAL) compile-messages

openapi: venv
	@exec $(LOCAL) with-servers --fast -- env $(OWNER) \
	  $(BIN)/python manage.py spectacular --validate --fail-on-warn --format openapi-json --file docs/openapi.json

bench: venv
	@exec $(LOCAL) with-servers -- $(BIN)/python -m benchmarks $(ARGS)

bench-full: venv
	@exec $(LOCAL) with-servers -- $(BIN)/python -m benchmarks --full $(ARGS)

faults: venv
	@exec $(LOCAL) with-servers --fast -- $(BIN)/python -m benchmarks.faultrun $(ARGS)

screenshots: venv
	@rm -rf build/screenshots
	@exec $(LOCAL) run --port 0 --data-dir build/screenshots -- $(BIN)/python -m tests.screenshots $(ARGS)
