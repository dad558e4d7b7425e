#!/usr/bin/env bash
# Build wheel and sdist; use the wheel in an environment of its own outside the checkout; run tests from the sdist.
# Usage: bash tests/campaigns/installed.sh [python]
# The sdist's tests are a few of each kind, named in TESTS, which find what an sdist can lack: modules, helpers of tests,
# scenarios, pages. TESTS=tests runs them all, which takes as long as `make tests`.
set -euo pipefail
PYTHON=${1:-python3}
TESTS=${TESTS:-tests/features/test_storage.py tests/features/test_green_power_share.py tests/io/test_io_tables.py
    tests/docs/test_examples.py tests/docs/test_starter.py tests/docs/test_reference.py tests/docs/test_links.py
    tests/test_import_layers.py tests/test_languages.py tests/test_logging.py}
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
HERE=$(mktemp -d)
trap 'rm -rf "$HERE"' EXIT
unset PYTHONPATH

echo "== build"
"$PYTHON" -m venv "$HERE/build"
"$HERE/build/bin/pip" --quiet install build
cp -r "$ROOT" "$HERE/source" 2>/dev/null || true
rm -rf "$HERE/source/.venv" "$HERE/source/build" "$HERE/source/results"
"$HERE/build/bin/python" -m build --outdir "$HERE/dist" "$HERE/source" > "$HERE/build.log" 2>&1 || { tail -20 "$HERE/build.log"; exit 1; }
(cd "$HERE/dist" && du -h -- *)

echo "== the wheel alone"
"$PYTHON" -m venv "$HERE/wheel"
"$HERE/wheel/bin/pip" --quiet install --constraint "$ROOT/constraints.txt" "$HERE"/dist/*.whl
mkdir "$HERE/work" && cd "$HERE/work"
planner="$HERE/wheel/bin/planner"
"$planner" --version
"$planner" new mine --example national-2025
"$planner" run mine --out base
"$planner" run mine --out dear --no-map --no-deciding --set carbon_price=100 --quiet
"$planner" report base
"$planner" compare base dear > compared.txt && head -5 compared.txt
"$planner" audit base
"$planner" new local --example national-2025-local
"$planner" check local

echo "== the sdist's tests"
tar -xzf "$HERE"/dist/*.tar.gz -C "$HERE"
cd "$HERE"/east_data_west_compute_planner-*/
"$PYTHON" -m venv "$HERE/sdist"
"$HERE/sdist/bin/pip" --quiet install --constraint constraints.txt --editable '.[test]'
# shellcheck disable=SC2086
"$HERE/sdist/bin/python" -m pytest -q -n auto $TESTS
echo "installed: all well"
