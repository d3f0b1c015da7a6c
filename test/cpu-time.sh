#!/usr/bin/env bash
# Runs a command and says what processor time it took, with all that it started: a figure that hardly depends on what
# else the machine does, as its duration would.
set -uo pipefail
TIMEFORMAT='%R seconds, of which the processor worked %U and the system %S.'
time "$@"
