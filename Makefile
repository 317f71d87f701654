# What people and CI run; `make` alone explains the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Everything these targets make lies below the cargo target directory, so `cargo clean` removes it.
CARGO_TARGET_DIR ?= target
TARGET := $(abspath $(CARGO_TARGET_DIR))
export CARGO_TARGET_DIR := $(TARGET)

CARGO ?= cargo
PYTHON ?= python3
APT_INSTALL := $(if $(filter 0,$(shell id -u)),,sudo )env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -y -qq

# What the tests of real clients use; they say so and stop when it is absent.
export TFO_TEST_PYTHON := $(TARGET)/venv/bin/python
export TFO_NODE_MODULES := $(TARGET)/node/node_modules
export TFO_JAVA_LIBRARIES := $(TARGET)/java/lib
export TFO_GO_CLIENT := $(TARGET)/go/send
# The Python that has the engine of ClickHouse; PostgreSQL is found where Debian puts it.
export TFO_TEST_CLICKHOUSE := $(TARGET)/clickhouse/bin/python
# What makes requests of the OpenAPI document and judges the answers.
export TFO_TEST_SCHEMATHESIS := $(TARGET)/schemathesis/bin/st

# Versions of peer and builder go together: see tests/bench/otelcol/manifest.yaml.
OTELCOL := $(TARGET)/otelcol
OTELCOL_VERSION := v0.161.0
# The tests compare with it, too.
export TFO_TEST_OTELCOL := $(OTELCOL)/otelcol

# Passed on to `tfo-bench run`, for example ARGS='--scenario pass --rounds 6'.
ARGS ?=
FUZZ_SECONDS ?= 60
SOAK_SECONDS ?= 600

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | awk -F'|' '{ printf "  make %-14s %s\n", $$1, $$2 }'

.PHONY: quickstart
quickstart: system ## build tfo and run a gateway that stores what it receives in telemetry.db
	$(CARGO) build --release
	'$(TARGET)/release/tfo' quickstart

.PHONY: test
test: setup ## run all tests; installs what they need first
	@# The examples in the documentation first, so that the last summary is that of the tests.
	failed=0; \
	$(CARGO) test --workspace --no-fail-fast --doc || failed=1; \
	$(CARGO) test --workspace --no-fail-fast --lib --bins --tests || failed=1; \
	exit $$failed

.PHONY: soak
soak: system ## run the fault tests for longer: SOAK_SECONDS of kills, a minute of overload, a gigabyte of small requests
	TFO_SOAK_SECONDS=$(SOAK_SECONDS) $(CARGO) test --release --test faults

.PHONY: check
check: system ## what has to pass before a commit: format, lints, the rules of tests/style.rs
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	@# Without any database, and with each of them alone.
	for database in '' clickhouse postgres sqlite; do \
	  $(CARGO) clippy -p tfo -p exporters --no-default-features --features "$$database" -- -D warnings; \
	done
	$(CARGO) test --test style

.PHONY: deny
deny: ## licences, bans and sources of the dependencies
	@if command -v cargo-deny >/dev/null; then \
	  $(CARGO) deny check bans licenses sources; \
	else \
	  echo '!!! deny: cargo-deny is not installed, nothing was checked (cargo install --locked cargo-deny)'; \
	fi

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZ_SECONDS each
	@if ! $(CARGO) +nightly fuzz --version >/dev/null 2>&1; then \
	  echo '!!! fuzz: needs the nightly toolchain and cargo-fuzz, nothing was fuzzed'; \
	else \
	  for folder in $$(git ls-files '*/fuzz/Cargo.toml' | xargs -r -n1 dirname); do \
	    for target in $$($(CARGO) +nightly fuzz list --fuzz-dir "$$folder"); do \
	      echo "== $$folder $$target"; \
	      $(CARGO) +nightly fuzz run --fuzz-dir "$$folder" "$$target" -- -max_total_time=$(FUZZ_SECONDS); \
	    done; \
	  done; \
	fi

.PHONY: bench
bench: bench-setup bench-otelcol $(TARGET)/clickhouse/ready ## compare tfo with nginx and the OpenTelemetry Collector; ARGS='--scenario pass'
	$(CARGO) build --release -p tfo -p tfo-bench
	'$(TARGET)/release/tfo-bench' run --tfo '$(TARGET)/release/tfo' --otelcol '$(OTELCOL)/otelcol' \
	  --clickhouse '$(TFO_TEST_CLICKHOUSE)' $(ARGS)

.PHONY: bench-setup
bench-setup: system ## install nginx, the floor of the benchmark
	@command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] \
	  || ($(APT_INSTALL) update && $(APT_INSTALL) install --no-install-recommends nginx-light) </dev/null \
	  || echo '!!! bench-setup: nginx cannot be installed, the benchmark runs without it'

.PHONY: bench-otelcol
bench-otelcol: ## build the OpenTelemetry Collector to compare with, also in tests (needs Go; about 4 CPU-minutes, once)
	@if ! command -v go >/dev/null; then \
	  echo '!!! bench-otelcol: no go in PATH, so no OpenTelemetry Collector to compare with'; \
	elif [ -x '$(OTELCOL)/otelcol' ] && cmp -s tests/bench/otelcol/manifest.yaml '$(OTELCOL)/manifest.yaml'; then \
	  echo 'bench-otelcol: the OpenTelemetry Collector is built'; \
	else \
	  mkdir -p '$(OTELCOL)'; \
	  export GOTOOLCHAIN=local CGO_ENABLED=0 GOFLAGS='-buildvcs=false -modcacherw' GOBIN='$(OTELCOL)/bin'; \
	  nice go install go.opentelemetry.io/collector/cmd/builder@$(OTELCOL_VERSION); \
	  rm -f '$(OTELCOL)/manifest.yaml' '$(OTELCOL)/otelcol'; \
	  cp tests/bench/otelcol/manifest.yaml '$(OTELCOL)/building.yaml'; \
	  (cd '$(OTELCOL)' && nice ./bin/builder --config building.yaml); \
	  mv '$(OTELCOL)/build/otelcol-bench' '$(OTELCOL)/otelcol'; \
	  mv '$(OTELCOL)/building.yaml' '$(OTELCOL)/manifest.yaml'; \
	fi

.PHONY: setup
setup: system test-system clients $(TARGET)/clickhouse/ready $(TARGET)/schemathesis/ready ## install what the tests need, below the target directory
	@# As with the Go client: said here, judged by the test.
	$(MAKE) --no-print-directory bench-otelcol \
	  || echo '!!! setup: the OpenTelemetry Collector cannot be built, see above; what compares with it is skipped, and fails with CI=true'

.PHONY: clients
clients: $(TARGET)/venv/ready $(TARGET)/node/ready $(TARGET)/java/ready $(TARGET)/go/send ## install the SDKs of tests/clients

# A C compiler for the dependencies written in C.
.PHONY: system
system:
	@command -v cc >/dev/null \
	  || ($(APT_INSTALL) update && $(APT_INSTALL) install --no-install-recommends gcc libc6-dev) </dev/null

# What the clients run on, PostgreSQL (the tests start servers of their own), what node metrics are compared with, what kills
# a server in a certain system call, and the disks that tests fill up and cut off;
# Debian packs the venv module apart from Python.
.PHONY: test-system
test-system:
	@missing=; \
	command -v npm >/dev/null || missing="$$missing nodejs npm"; \
	command -v java >/dev/null || missing="$$missing default-jre-headless"; \
	command -v mvn >/dev/null || missing="$$missing maven"; \
	command -v go >/dev/null || missing="$$missing golang-go"; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3-venv"; \
	{ command -v mkfs.ext4 || [ -x /sbin/mkfs.ext4 ]; } >/dev/null || missing="$$missing e2fsprogs"; \
	{ command -v findmnt && command -v mount; } >/dev/null || missing="$$missing util-linux mount"; \
	command -v curl >/dev/null || missing="$$missing curl"; \
	{ command -v ip || [ -x /sbin/ip ]; } >/dev/null || missing="$$missing iproute2"; \
	ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v strace >/dev/null || missing="$$missing strace"; \
	command -v prometheus-node-exporter >/dev/null || missing="$$missing prometheus-node-exporter"; \
	[ -z "$$missing" ] || ($(APT_INSTALL) update && $(APT_INSTALL) install --no-install-recommends $$missing) </dev/null

$(TARGET)/venv/ready: tests/clients/python/requirements.txt | test-system
	rm -rf '$(TARGET)/venv'
	$(PYTHON) -m venv '$(TARGET)/venv'
	'$(TARGET)/venv/bin/pip' install --quiet --disable-pip-version-check --no-input -r $<
	@touch '$@'

$(TARGET)/node/ready: tests/clients/node/package.json tests/clients/node/package-lock.json | test-system
	mkdir -p '$(TARGET)/node'
	cp $^ '$(TARGET)/node/'
	cd '$(TARGET)/node' && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
	@touch '$@'

# Maven keeps what it downloads in the home directory.
$(TARGET)/java/ready: tests/clients/java/pom.xml | test-system
	rm -rf '$(TARGET)/java'
	mvn --quiet --batch-mode --strict-checksums -f $< dependency:copy-dependencies -DoutputDirectory='$(TARGET)/java/lib' </dev/null
	@touch '$@'

# The Go of a distribution may be too old for the SDK: said here, judged by the test.
$(TARGET)/go/send: $(wildcard tests/clients/go/*) | test-system
	@rm -f '$@'
	cd tests/clients/go && GOTOOLCHAIN=local CGO_ENABLED=0 GOFLAGS='-buildvcs=false -modcacherw -mod=readonly' go build -o '$@' . \
	  || echo '!!! setup: the Go client cannot be built, see above (it needs the Go that go.mod names); its tests are skipped, and fail with CI=true'

# 180 MB to download, 590 MB on disk; without the dependencies that the engine names and the tests do not use.
$(TARGET)/clickhouse/ready: tests/clickhouse-front/requirements.txt | test-system
	rm -rf '$(TARGET)/clickhouse'
	$(PYTHON) -m venv '$(TARGET)/clickhouse'
	'$(TARGET)/clickhouse/bin/pip' install --quiet --disable-pip-version-check --no-input --no-deps -r $<
	@touch '$@'

$(TARGET)/schemathesis/ready: tests/agents_api/requirements.txt | test-system
	rm -rf '$(TARGET)/schemathesis'
	$(PYTHON) -m venv '$(TARGET)/schemathesis'
	'$(TARGET)/schemathesis/bin/pip' install --quiet --disable-pip-version-check --no-input -r $<
	@touch '$@'
