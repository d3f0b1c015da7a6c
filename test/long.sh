#!/usr/bin/env bash
# Every test there is, with fresh seeds and more of all that chance decides, the kills, the downloads; then the rehearsal.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

TEST_LONG=true bash test/cpu-time.sh npx vitest run "$@"

# 3: this machine lacks what it needs, and it has said so.
npm run --silent rehearse || [ $? -eq 3 ]
