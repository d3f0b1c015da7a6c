#!/usr/bin/env bash
# What goes further than `npm test`: fresh seeds and more of all that chance decides, the kills, downloads, the rehearsal.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A file that draws from a seed, or does more in a long run, names one of these.
mapfile -t further < <(grep -rlwE 'IS_LONG|SEED' test --include='*.test.ts')
TEST_LONG=true bash test/cpu-time.sh npx vitest run test/long test/model test/faults test/browser "${further[@]}"

# 3: this machine lacks what it needs, and it has said so.
npm run --silent rehearse || [ $? -eq 3 ]
