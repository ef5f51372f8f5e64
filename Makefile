# Every target does its own installing. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# The contracts: variants of the graph for some clients, by the tags of the subgraphs (docs/gateway/contracts.md).
CONTRACTS := public internal
TAGS_public := --exclude internal
TAGS_internal := --exclude customer
# What composition makes: supergraphs, and the API schema of the public one, for the tools of clients; and the schema
# of the back office.
GRAPHS := schema.graphql $(CONTRACTS:%=schema.%.graphql) schema.api.graphql admin.graphql
# Five at a time on two cores, because many tests wait; a file's tests together, because they share what they start.
RUN_TESTS := $(BIN)/python tools/run_tests.py
SIDE_BY_SIDE := -n 5 --dist loadfile --no-loadscope-reorder
compose = node web/compose.mjs $(1) $$(cat .furlong/subgraphs.txt)
COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'
SET_UP := $(PYTHON) -B -m tools.set_up
# Every process would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install install-dev install-for-checks demo wheel image scenarios docs pictures snapshots test test-all fuzz torture nightly sunday bench check check-python check-web check-docs check-graph check-budgets graph-drift budgets format compose migration lock services services-stop clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# What is up to date is not done again: the set-up compares contents, not times (tools/set_up/).
.PHONY: .venv/.installed web/node_modules/.installed web/dist/.built tests/node/node_modules/.installed .docs/.built
.venv/.installed:
	@$(SET_UP) python

web/node_modules/.installed:
	@$(SET_UP) npm

web/dist/.built:
	@$(SET_UP) pages

tests/node/node_modules/.installed:
	@$(SET_UP) node-tests

# The pages, and the code that the reference is made from; 'make docs' always builds.
.docs/.built:
	@$(SET_UP) documentation

install: ## Install what the demo needs (every target installs what it needs by itself)
	@$(SET_UP) demo

install-dev: ## Install and build what tests and checks need, except services
	@$(SET_UP) development

# One of the checks builds the documentation.
install-for-checks:
	@$(SET_UP) all-but-documentation

# With --analytics in ARGS, its packages are installed as well: half a gigabyte.
demo: ## Run the whole product on embedded parts; ARGS="--port 8123 --no-traffic", ARGS=--analytics
	@$(SET_UP) $(if $(findstring --analytics,$(ARGS)),demo-analytics,demo)
	@$(BIN)/furlong demo $(ARGS)

wheel: ## Build the package in dist/, with the page, the schemas and the contracts
	@$(SET_UP) wheel
	rm -f dist/furlong-*.whl
	$(BIN)/python -m hatchling build -t wheel -d dist

image: wheel ## Build an OCI image in dist/image, without a container engine (Debian, as root)
	bash deploy/image/build.sh

scenarios: .venv/.installed ## Play the demo's scenarios, and record the graph's answers in contracts/scenarios/answers.json
	@$(BIN)/python tools/scenario_answers.py

docs: .venv/.installed ## Build the documentation in .docs/html and check its links; 'make demo' serves it at /docs
	@$(BIN)/python -m tools.documentation.build $(ARGS)

pictures: install-dev ## Take the documentation's pictures of the bet-slip, GraphiQL and the back office from the demo
	@$(BIN)/python -m tools.pictures

snapshots: install-dev ## Keep new pictures of the screens of widget, back office and documentation, with which tests compare them
	@$(BIN)/python -m tests.screens.test_snapshots
	@$(BIN)/python -m tests.screens.test_office_snapshots
	@$(BIN)/python -m tests.screens.test_page_snapshots

test: install-dev ## Run the fast tests, and one path through the real demo; ARGS="-n 0 -k name"
	@$(RUN_TESTS) $(SIDE_BY_SIDE) --fast $(ARGS)

test-all: install-dev ## Run all tests that this machine has the services for, as CI does, and say what they run
	@$(RUN_TESTS) --coverage $(SIDE_BY_SIDE) $(ARGS)

fuzz: .venv/.installed web/node_modules/.installed ## Compare the gateway with a monolith over N generated worlds; N=20000
	@$(BIN)/python tools/fuzz.py $(or $(N),20000) $(ARGS)

torture: .venv/.installed ## Run what the day leaves to the night: faults at length, more examples, both engines; TESTS=tests/cells ARGS="-k moves"
	-bash tools/install-services.sh galera
	FURLONG_TORTURE=1 $(BIN)/python tools/run_tests.py $(or $(TESTS),tests) --timeout 3600 $(ARGS)

nightly: wheel ## Check the Helm chart on a real API server, which it builds the first time (a quarter of an hour, with Go 1.26), the image, Strawberry's own tests and clients, and ask PyPI and npm for advisories about all lock files
	bash tools/api_server/build.sh
	FURLONG_NIGHTLY=1 $(BIN)/python tools/run_tests.py tests/nightly $(ARGS)
	@export FURLONG_SHUFFLE=$${FURLONG_SHUFFLE:-$$RANDOM}; echo "FURLONG_SHUFFLE=$$FURLONG_SHUFFLE plays this order of the shared demo's tests again"; \
		$(RUN_TESTS) tests/whole/shared_demo

sunday: install-dev ## Run the fast tests as at the end of the club's week, whose clock is set to CLOCK="next sunday 22:40" in UTC
	bash tools/install-services.sh faketime
	@TZ=UTC FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1 faketime -m "$$(date -u -d '$(or $(CLOCK),next sunday 22:40)' '+%F %T')" \
		$(RUN_TESTS) $(SIDE_BY_SIDE) --fast $(ARGS)

bench: .venv/.installed ## Run a benchmark beside its peers and write bench/results/NAME.json; BENCH=betslip ARGS=--quick PROFILE=1
	@$(BIN)/python -m bench.$(or $(BENCH),$(error name one of bench/: make bench BENCH=betslip)) $(ARGS) $(if $(PROFILE),--profile)

check: .venv/.installed web/node_modules/.installed web/dist/.built ## Run the checks whose inputs have changed (tools/checks), all in CI; ARGS=--all, ARGS="mypy docs"
	@$(BIN)/python -m tools.checks $(ARGS)

check-python check-web check-docs check-graph check-budgets: .venv/.installed web/node_modules/.installed
	@$(BIN)/python -m tools.checks $(@:check-%=%) $(ARGS)

# What the check "graph" runs.
graph-drift: .venv/.installed web/node_modules/.installed
	@mkdir -p .furlong/composed
	@$(MAKE) --no-print-directory compose FOLDER=.furlong/composed/
	@for file in $(GRAPHS); do diff -u $$file .furlong/composed/$$file || { echo "$$file is out of date: run 'make compose' and commit it"; exit 1; }; done

budgets: .venv/.installed ## Lower the budgets of the hot paths to what is counted; never raises one
	@$(BIN)/python -m bench.counts --lower

format: .venv/.installed ## Format the Python code
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

compose: .venv/.installed web/node_modules/.installed ## Compose schema.graphql, its contracts and the API schema, and print admin.graphql; OUT=FILE: one file only, CONTRACT=public: that contract
	@$(BIN)/python tools/subgraph_schemas.py .furlong
ifneq ($(OUT)$(CONTRACT),)
	@$(call compose,$(or $(OUT),schema.$(CONTRACT).graphql)) $(if $(CONTRACT),$(or $(TAGS_$(CONTRACT)),$(error there is no contract $(CONTRACT): there are $(CONTRACTS))))
else
	@$(call compose,$(FOLDER)schema.graphql)
	@cp .furlong/admin.graphql $(FOLDER)admin.graphql
	@$(foreach contract,$(CONTRACTS),$(call compose,$(FOLDER)schema.$(contract).graphql) $(TAGS_$(contract)) &&) true
	@$(BIN)/furlong gateway schema --supergraph $(FOLDER)schema.public.graphql > $(FOLDER)schema.api.graphql.part
	@mv $(FOLDER)schema.api.graphql.part $(FOLDER)schema.api.graphql
	@$(BIN)/python -m tools.helm.secret_settings
	@$(if $(FOLDER),,$(BIN)/python -m tools.reward_kinds)
endif

migration: .venv/.installed ## Write the next migration of a database from its models; DATABASE=rewards NAME="reward expiry"
	@$(BIN)/python -m tools.new_migration $(DATABASE) "$(NAME)"
	@$(BIN)/ruff format --quiet $(if $(filter backoffice,$(DATABASE)),backoffice,subgraphs/$(DATABASE))/migrations

lock: .venv/.installed ## Pin the Python dependencies again
	$(COMPILE) pyproject.toml --extra payments -o requirements.lock
	$(COMPILE) pyproject.toml --extra payments --extra analytics -c requirements.lock -o requirements-analytics.lock
	$(COMPILE) pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) tools/helm/requirements.in -o tools/helm/requirements.lock
	$(COMPILE) tools/exchange_clients/requirements.in -o tools/exchange_clients/requirements.lock
	$(COMPILE) tools/localstripe/requirements.in -o tools/localstripe/requirements.lock
	$(COMPILE) tools/advisories/requirements.in -o tools/advisories/requirements.lock
	$(COMPILE) tools/set_up/requirements.in -c requirements-dev.lock -o tools/set_up/requirements.lock

services: .venv/.installed ## Install and start real MariaDB and Kafka, and install Chromium and Firefox (Debian, Ubuntu); ARGS=--cells: also what cells need to be moved, ARGS=--amqp: also RabbitMQ
	bash tools/install-services.sh
	@$(BIN)/python tools/services.py start $(ARGS)

services-stop: ## Stop what 'make services' started
	@if [ -x $(BIN)/python ]; then $(BIN)/python tools/services.py stop; fi

clean: services-stop ## Remove everything that make installed or built
	rm -rf .venv .docs .mypy_cache .ruff_cache .import_linter_cache .furlong/checks web/node_modules web/dist web/packages/*/dist tests/node/node_modules .services
