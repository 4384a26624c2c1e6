PY := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

APT := apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq

.PHONY: run test test-compose lint bench bench-national chaos screens lock clean

run: .venv/.run
	@DIEMCAU_CLOCK_START=$${DIEMCAU_CLOCK_START-2021-06-24T09:00+07:00} \
		.venv/bin/diemcau up --example examples/nghe-an-2021

test: .venv/.dev
	@tests/bin/with-servers $(PY) -m pytest -n 2 --dist loadfile $(ARGS)

# The real docker-compose.yml, with its drills; needs a container engine (as root on Debian it is installed).
test-compose: .venv/.dev
	@tests/bin/with-engine $(PY) -m pytest tests/compose $(ARGS)

lint: .venv/.dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/mypy

bench: .venv/.dev
	@tests/bin/with-servers $(PY) -m tests.bench

# SIZES=22,310 measures these only; EMBEDDED=1 measures SQLite. The figures are kept in docs/scale.
bench-national: .venv/.dev
	@tests/bin/with-servers $(PY) -m tests.bench.national \
		$(if $(SIZES),--sizes $(SIZES)) $(if $(EMBEDDED),--embedded)

chaos: .venv/.dev
	@DIEMCAU_CHAOS_SECONDS=$${DIEMCAU_CHAOS_SECONDS-600} \
		tests/bin/with-servers $(PY) -m pytest tests/chaos $(ARGS)

screens: .venv/.dev
	@tests/bin/with-servers $(PY) -m tests.browser.screens

# The hash-locked requirement files name no addresses: any index that serves the same bytes will do.
UV := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
      --no-emit-index-url --no-emit-find-links --group build
lock: .venv/bin/python
	$(PY) -m pip install --quiet uv
	$(UV) --group dev pyproject.toml -o requirements-dev.txt
	$(UV) -c requirements-dev.txt pyproject.toml -o requirements.txt

.venv/bin/python:
	@python3 -m venv .venv 2>/dev/null || { rm -rf .venv; $(APT) python3-venv >/dev/null && python3 -m venv .venv; }

.venv/.run: .venv/bin/python requirements.txt pyproject.toml
	@echo "Installing (once) …"
	@.venv/bin/pip install --quiet --require-hashes -r requirements.txt
	@.venv/bin/pip install --quiet --no-build-isolation --no-deps -e .
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	@.venv/bin/pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache
