.DEFAULT_GOAL := help
.PHONY: help run test verify proof bench clean-data

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: ## Serve on 127.0.0.1:8080 with demo data; Ctrl-C stops, the data stays in .data
	@scripts/ensure-postgres
	@cargo build --release --package api
	@exec target/release/caunoi serve --demo

test: ## Set up what the tests need and run all of them
	@scripts/ensure-postgres
	@scripts/ensure-commands curl openssl
	RUST_BACKTRACE=0 cargo test --workspace

verify: ## Format, lints, docs, contract, fuzzing, migrations, licences (STEPS="format contract" for some)
	@scripts/verify $(STEPS)

proof: ## The long proofs: deadlines against an oracle, an import against pandas, files in S3, kill -9, long fuzzing (before a release)
	@tests/proof/run

bench: ## Load tests, with the aims beside the measurements
	@tests/load/run
	@tests/load/run --cases

clean-data: ## Delete the demo data in .data
	@if [ -e .data/postgres/caunoi.lock ] && ! flock --nonblock .data/postgres/caunoi.lock true; then \
		echo "A server is using .data; stop it first." >&2; exit 1; \
	fi
	rm -rf .data
