# `just` lists the recipes; `just ci` runs what decides.

_list:
    @just --list --unsorted

# Format the code
fmt:
    cargo fmt

# Clippy, with all features and with none
lint:
    cargo clippy --all-targets --all-features -- -D warnings
    cargo clippy --all-targets --no-default-features -- -D warnings

# All tests, or those whose name holds the words
test *words:
    cargo test --all-features {{ words }}

# The documentation as docs.rs builds it, warnings denied
doc *flags:
    RUSTDOCFLAGS="-D warnings" cargo doc --all-features --no-deps {{ flags }}

# Build with the oldest compiler promised (rustup installs it when it is missing)
msrv:
    rustup toolchain install 1.88 --profile minimal
    cargo +1.88 check --locked --all-features

# Benchmarks, or those whose name holds the words
bench *words:
    cargo bench --all-features -- {{ words }}

# Fuzz one target for a minute: `just fuzz address 60`
fuzz target seconds="60":
    cd fuzz && cargo +nightly fuzz run {{ target }} -- -max_total_time={{ seconds }}

# Licences, bans and sources of every dependency; `cargo deny check` adds the advisories
deny:
    cargo deny --offline check licenses bans sources

# What would be uploaded, built from the archive
package:
    cargo package --locked
    cargo package --locked --list

# Before a release: everything that runs here, the advisories, and what the version number promises
release-check: ci msrv
    cargo deny check
    cargo semver-checks

# Every check, as the repository's gate runs them
ci:
    bash .ci/run
