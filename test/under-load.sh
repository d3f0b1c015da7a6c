#!/usr/bin/env bash
# The whole suite, again and again, on a machine that does something else: `npm run test:repeat -- TIMES BUSY COMMAND…`,
# ten times beside four busy processes when nothing is said. Ends at the first run that fails, and says so.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

times="${1:-10}"
busy="${2:-4}"
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- npm test

load=()
for _ in $(seq "$busy"); do
  (while :; do :; done) &
  load+=($!)
done
trap 'kill "${load[@]}" 2>/dev/null' EXIT

said="$(mktemp)"
for run in $(seq "$times"); do
  if ! bash test/cpu-time.sh "$@" >"$said" 2>&1 </dev/null; then
    cat "$said"
    echo "Run $run of $times beside $busy busy processes failed: $*" >&2
    exit 1
  fi
  echo "Run $run of $times beside $busy busy processes: $(tail -n 1 "$said")"
done
rm -f "$said"
