#!/usr/bin/env bash
# Everything but the tests. Types take as long as all the rest: they have a core of their own, and are told last.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

told="$(mktemp)"
npm run --silent typecheck >"$told" 2>&1 </dev/null &
types=$!
trap 'rm -f "$told"; kill "$types" 2>/dev/null' EXIT

failed=0
for check in format:check lint boundaries deadcode openapi:lint; do
  npm run "$check" </dev/null || failed=1
done
wait "$types" || failed=1
cat "$told"
[ "$failed" -eq 0 ] || echo 'Something above is not as it should be.' >&2
exit "$failed"
