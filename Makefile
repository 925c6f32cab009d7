# The commands of the house. `make run` first.

RUN := .build-run
VENV := .venv-test
SAMPLE := Tests/Sample/sample.warc.wet.gz Tests/Sample/sample.jsonl.gz
SLUICE := $(CURDIR)/.build/release/sluice

.PHONY: run test bench lint clean setup build deb deb-test sample-run python-tests

run: build
	@$(MAKE) --no-print-directory sample-run

setup:
	@.ci/setup

build: setup
	swift build -c release --product sluice

# Ingests the bundled sample into a fresh store, shows a decision, exports and verifies.
# The sample holds a damaged member and a broken line on purpose: ingest says so and ends with exit code 1.
sample-run:
	@rm -rf $(RUN)
	@mkdir -p $(RUN)
	@echo "== ingest"
	@$(SLUICE) ingest --store $(RUN)/store $(SAMPLE) || test $$? -eq 1
	@echo "== why a document was dropped"
	@$(SLUICE) provenance --store $(RUN)/store --decision duplicate --limit 1
	@echo "== export"
	@$(SLUICE) export --store $(RUN)/store --output $(RUN)/export --release sample
	@echo "== verify"
	@$(SLUICE) verify --store $(RUN)/store --export $(RUN)/export

# The daemon's tests run one by one: they wait for things, which beside tests that take both cores takes its time.
# --disable-testable-imports keeps the products shared with `swift build -c release`.
test: build
	swift test -c release --disable-testable-imports --skip SluiceServiceTests --skip LifeTests --skip BesideTests --skip PressureTests
	swift test -c release --disable-testable-imports --skip-build --no-parallel --filter SluiceServiceTests --filter LifeTests --filter BesideTests --filter PressureTests
	@$(MAKE) --no-print-directory python-tests

python-tests: sample-run
	python3 Tests/Sample/make_sample.py --check
	python3 Tests/python/check_sample.py $(SLUICE) $(RUN)/store
	python3 Tests/python/recompute_cap.py $(RUN)/export
	@test -x $(VENV)/bin/python3 || python3 -m venv $(VENV)
	@$(VENV)/bin/python3 -c 'import datasets' 2>/dev/null || $(VENV)/bin/pip install --quiet datasets zstandard
	$(VENV)/bin/python3 Tests/python/load_datasets.py $(RUN)/export
	@! command -v chromedriver >/dev/null || $(VENV)/bin/python3 -c 'import selenium' 2>/dev/null || $(VENV)/bin/pip install --quiet selenium
	$(VENV)/bin/python3 Tests/python/drive_page.py $(SLUICE)
	@$(VENV)/bin/python3 -c 'import openapi_python_client, openapi_spec_validator' 2>/dev/null \
		|| $(VENV)/bin/pip install --quiet openapi-python-client openapi-spec-validator
	$(VENV)/bin/python3 Tests/python/generated_client.py $(SLUICE)

bench: build
	python3 Benchmarks/bench.py $(SLUICE)

# The Debian package, into .build-deb.
deb: setup
	@packaging/make-deb

# Installs it in a clean Debian, uses it, removes it. Needs root and debootstrap.
deb-test: setup
	packaging/test-deb --boot "$$(packaging/make-deb)"

lint:
	@.ci/lint

clean:
	rm -rf .build .build-deb $(RUN) $(VENV)
