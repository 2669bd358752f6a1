# What there is to do with Maillage. `make` lists it.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
BIN := .venv/bin

.PHONY: help
help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: environment ## Start everything on this machine, with a demo, at http://127.0.0.1:8000 (PORT=… for another)
	@$(BIN)/maillage demo

.PHONY: env
env: ## Write .env for docker-compose, with secrets drawn at random; what is there is kept
	@python3 deploy/docker/environment.py

.PHONY: test
test: environment-dev ## Run every test, against real servers
	@tests/needs.sh
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: walk
walk: environment-dev ## Walk the main job in a browser on the demo that runs at SITE=http://127.0.0.1:8080
	@tests/needs.sh
	@MAILLAGE_SITE=$(or $(SITE),http://127.0.0.1:8080) $(BIN)/pytest tests/e2e/test_defi_walk.py

.PHONY: soak
soak: environment-dev ## Kill the processes and servers at a thousand points (POINTS=… SEED=… for others); an hour at most
	@tests/needs.sh
	@MAILLAGE_SOAK_POINTS=$(or $(POINTS),1000) MAILLAGE_SOAK_SEED=$(or $(SEED),20261122) \
		timeout 3600 $(BIN)/pytest tests/faults

.PHONY: bench
bench: environment-dev ## Measure, and write bench/results.json and bench/README.md (needs wrk)
	@$(BIN)/python -m bench.run

.PHONY: lint
lint: environment-dev ## Check style, types, who imports whom, and that generated files are up to date
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m docs.generate --check

.PHONY: format
format: environment-dev ## Put the code in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: docs
docs: environment-dev ## Write the generated files again: the events' catalogue, the OpenAPI descriptions, the broker's topology
	@$(BIN)/python -m docs.generate
	@$(BIN)/python -m deploy.rabbitmq.topology

COMPILE = .venv/locks/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

.PHONY: locks
locks: environment-dev ## Compile what pyproject.toml and requirements/*.in name into hashed locks, naming no index
	@$(BIN)/python -m venv .venv/locks
	@.venv/locks/bin/pip install --quiet pip-tools
	@$(COMPILE) --all-extras --output-file requirements/run.txt pyproject.toml
	@for service in identity consultation notifications defis gateway; do \
		$(COMPILE) --extra $$service --constraint requirements/run.txt \
			--output-file requirements/$$service.txt pyproject.toml || exit 1; \
	done
	@for set in local dev; do \
		$(COMPILE) --output-file requirements/$$set.txt requirements/$$set.in || exit 1; \
	done

.PHONY: clean
clean: ## Remove .venv and caches; the data folder var stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: environment environment-dev
environment:
	@deploy/local/environment.sh local
environment-dev:
	@deploy/local/environment.sh dev
