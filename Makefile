# What everybody relies on; README.md says more. Needs Python 3.11 to 3.14 and make.

PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

# What production looks like, for checks alone: nothing is sent and nothing is stored.
PRODUCTION := DEBUG=false SECRET_KEY=checks-only-Zb5vR1xW8qLk3NfT6yHd9JmPs2GcAe7UwX4tQ0 \
	PUBLIC_URL=https://example.org SMS_URL=json://127.0.0.1/ DATABASE_URL=sqlite://:memory:

# QUICK=1 makes bench…, drill, screenshots and fuzz take a minute at most; nothing is kept then.
QUICKLY = $(if $(QUICK),--quick)

.PHONY: run demo test check schema messages screenshots bench bench-scale bench-admin bench-soak bench-python drill fuzz clean

run: .venv/runtime .env
	@$(BIN)/python -c 'from config.server import start; start.address()'
	@$(MANAGE) migrate --noinput --verbosity 0
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@$(BIN)/gunicorn --config config/server/gunicorn.py

demo: .venv/runtime .env
	@$(MANAGE) migrate --noinput --verbosity 0
	@$(MANAGE) demo

# On several processors; those that start servers share one process.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup

test: .venv/development
	DATABASE_URL= $(PYTEST)
	$(BIN)/python -m tools.postgres $(PYTEST)

check: .venv/development .cache/npm/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PRODUCTION) $(BIN)/mypy .
	$(BIN)/lint-imports
	$(PRODUCTION) $(MANAGE) makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	$(PRODUCTION) $(MANAGE) spectacular --validate --fail-on-warn --file /dev/null
	$(BIN)/python -m tools.schema --check
	$(BIN)/python -m tools.messages --check
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/ci.yml

schema: .venv/development
	$(BIN)/python -m tools.schema

messages: .venv/development
	$(BIN)/python -m tools.messages

screenshots: .venv/development
	$(BIN)/python -m tools.screenshots $(QUICKLY)

bench: .venv/development
	$(BIN)/python -m tools.bench rates $(QUICKLY)

bench-scale: .venv/development
	$(BIN)/python -m tools.bench scale $(QUICKLY)

bench-admin: .venv/development
	$(BIN)/python -m tools.bench admin $(QUICKLY)

bench-soak: .venv/development
	$(BIN)/python -m tools.bench soak $(QUICKLY)

# Beside .venv's: make bench-python OTHER=python3.14
OTHER ?= $(PYTHON)
bench-python: .venv/development
	@$(OTHER) -m venv --clear .cache/other-python
	@.cache/other-python/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m tools.bench python --other .cache/other-python/bin/python $(QUICKLY)

drill: .venv/development
	$(BIN)/python -m tools.drill $(QUICKLY)

.env:
	@$(PYTHON) -c 'import secrets; print(f"SECRET_KEY={secrets.token_urlsafe(48)}\nDEBUG=true")' > .env
	@echo "Wrote .env: a random SECRET_KEY, and DEBUG=true. All settings: .env.example"

.venv/runtime: requirements.txt
	@echo "Installing what the server needs into .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/development: requirements-dev.txt
	@echo "Installing what development needs into .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch .venv/runtime $@

# Linters of the schema and generators of clients. Where they can't be had, what needs them says so.
.cache/npm/installed: tools/npm.txt
	@mkdir -p $(@D)
	@! command -v npm >/dev/null || echo "Installing the schema's linters into .cache/npm"
	@npm install --silent --no-audit --no-fund --fetch-retries 1 --prefix $(@D) $$(cat tools/npm.txt) && touch $@ || true

fuzz: .venv/development
	$(BIN)/python -m tools.fuzz $(QUICKLY)

clean:
	rm -rf .venv .cache static
