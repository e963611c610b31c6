# What people do here. `just` lists it.

[private]
default:
    @just --list --unsorted

# CanvasCal with a student's fortnight, on a database of its own
demo *flags:
    ./run demo {{ flags }}

# All tests, or those whose names contain the words given
test *words:
    ./run test {{ words }}

# Everything that CI checks
ready:
    .ci/run

# The API against its description: linters, and thousands of requests made up from it
api-check:
    ./run api-check

# A client of Canvas that others wrote, against our fake of Canvas
canvas-check:
    ./run canvas-check

# Google's own client, and another, against our fake of Google
google-check:
    ./run google-check

# Clients of the Model Context Protocol that others wrote, against a demo
mcp-check:
    ./run mcp-check

# Write docs/openapi.json anew from the code
openapi:
    cargo run --quiet --bin canvascal -- openapi > docs/openapi.json

# Lay out the source as we keep it
fmt:
    cargo fmt --all

# All lints, as errors
lint:
    cargo clippy --workspace --all-targets --all-features -- --deny warnings

# The documentation of every crate, in the browser
docs:
    cargo doc --workspace --all-features --no-deps --open

# Benchmarks; the figures of docs/performance.md
bench *flags:
    cargo bench --package benches {{ flags }}

# Look at changed snapshots one by one
review:
    cargo insta review
