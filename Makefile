# `make help` lists the targets. Everything that is built lies in one folder:
# NHMT_BUILD_DIR, else CARGO_TARGET_DIR, else ./target.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

BUILD := $(shell realpath -m -- "$(or $(NHMT_BUILD_DIR),$(CARGO_TARGET_DIR),target)")
export NHMT_BUILD_DIR := $(BUILD)
export CARGO_TARGET_DIR := $(BUILD)

# These would take the place of .cargo/config.toml, whose flags make nhmt static.
unexport RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS CARGO_BUILD_TARGET

# Test files that need Nix have names that start with `nix_`.
all_tests := $(patsubst tests/%/main.rs,%,$(wildcard tests/*/main.rs)) \
    $(patsubst tests/%.rs,%,$(wildcard tests/*.rs))
nix_tests := $(addprefix --test ,$(filter nix_%,$(all_tests)))
other_tests := $(addprefix --test ,$(filter-out nix_% proofs,$(all_tests)))

# The proofs and the tests with Nix start nhmt thousands of times, or have Nix
# copy it into stores of their own: they try the executable that users get,
# which is an eighth of the other. That one, whose arithmetic is checked and
# whose assertions are on, is tried by the rest.
release := $(BUILD)/$(shell rustc --version --verbose | sed -n 's/^host: //p')/release/nhmt
with_release := NHMT_TEST_EXECUTABLE="$(release)"

# The limit that the project sets itself. It was 8 MB until secrets came with
# age and its cryptography, and 10 until import and completions did; the whole
# has 11.2.
largest := 12000000

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

.PHONY: demo
demo: ## Build nhmt and try it in a scratch home
	examples/demo

.PHONY: test
test: test-fmt lint test-build test-release test-rust test-nix test-docs test-demo ## Run every test
	@printf '\nAll tests passed.\n'

.PHONY: fmt
fmt: ## Format the Rust code
	cargo fmt

.PHONY: lint
lint: ## Run clippy, and cargo-deny when it is installed
	cargo clippy --locked --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then \
	    cargo deny --log-level error --locked check licenses bans sources; \
	else \
	    echo 'cargo-deny is not installed: licences and sources of the dependencies are not checked'; \
	fi

.PHONY: docs
docs: ## Build the book
	@mdbook=$$(command -v mdbook) || { \
	    tests/setup/mdbook "$(BUILD)/mdbook"; mdbook="$(BUILD)/mdbook/bin/mdbook"; }; \
	"$$mdbook" build docs --dest-dir "$(BUILD)/book"
	@echo "The book is $(BUILD)/book/index.html"

.PHONY: bench
bench: ## Run the benchmarks
	cargo bench --locked

.PHONY: proofs
proofs: release ## Run every proof in its full form: all crash points, power cuts, races
	@log="$(BUILD)/proofs.log"; status=0; \
	{ $(with_release) NHMT_PROOFS=full cargo test --locked --test proofs -- $(PROOF) && \
	    NHMT_PROOFS=full cargo test --locked --lib -- $(or $(PROOF),reconcile::tests::exact); } \
	    2>&1 | tee "$$log" || status=$$?; \
	printf '\nWhat was counted:\n\n'; \
	grep -o 'proof: .*' "$$log" | sort -u | sed 's/^proof: /  /' || true; \
	exit $$status

.PHONY: clean
clean: ## Remove what was built
	@if [ -d "$(BUILD)/demo" ]; then chmod -R u+w "$(BUILD)/demo"; fi
	@if [ -d "$(BUILD)/demo-test" ]; then chmod -R u+w "$(BUILD)/demo-test"; fi
	cargo clean

# The parts of `test`, cheapest first.

.PHONY: test-fmt
test-fmt:
	cargo fmt --check

# The last crate of the release build takes one processor for minutes.
.PHONY: test-build
test-build:
	@cargo test --locked --no-run & tests=$$!; cargo build --locked --release; wait $$tests

.PHONY: release
release:
	cargo build --locked --release

.PHONY: test-release
test-release: release
	@tests/setup/static "$(release)"
	@tests/setup/smaller "$(release)" $(largest)

.PHONY: test-rust
test-rust: release
	cargo test --locked --lib --bins $(other_tests)
	$(with_release) cargo test --locked --test proofs
	tests/setup/later-bwrap "$(BUILD)/bwrap-current" \
	    cargo test --locked --test black_box test_container
	cargo test --locked --doc

.PHONY: test-nix
test-nix: release
	@[ -n "$(nix_tests)" ] || { echo 'There are no tests with Nix.' >&2; exit 1; }
	@command -v nu >/dev/null || tests/setup/nushell "$(BUILD)/nushell"
	@tests/setup/desktop-sessions "$(BUILD)/desktop-sessions"
	@# Many of them wait for what systemd or sshd does.
	tests/setup/each-nix "$(BUILD)/nix-current" \
	    env $(with_release) RUST_TEST_THREADS=$$(($$(nproc) + 1)) cargo test --locked $(nix_tests)

.PHONY: test-docs
test-docs:
	@$(MAKE) --no-print-directory docs || { \
	    printf '\n*** NOT TESTED: the book; there is no mdbook. ***\n\n' >&2; \
	    [ -z "$${CI:-}" ] && ! command -v mdbook >/dev/null && [ ! -e "$(BUILD)/mdbook/bin/mdbook" ]; }

.PHONY: test-demo
test-demo:
	tests/setup/demo-stays-inside "$(BUILD)/demo-test"
