#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs all tests and prints the line coverage of each module; fails if one that promises it is below the least.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly least=90
# Modules that hold decisions rather than system calls.
readonly promised="JSON YAML KubernetesClient ControllerRuntime ObservabilityAPI Rendering Backends Telemetry"

find_tool() {
  local beside
  beside=$(dirname "$(readlink -f "$(command -v swift)")")/$1
  if [[ -x $beside ]]; then
    echo "$beside"
  elif command -v "$1" >/dev/null; then
    command -v "$1"
  else
    echo "$1 is neither beside swift nor on the PATH; it is part of the toolchain from swift.org" >&2
    return 1
  fi
}

cov=$(find_tool llvm-cov)
# A scratch path of its own: the flag changes every object, and the usual build would be done anew afterwards.
options=(--enable-code-coverage --scratch-path .build/coverage)
swift build --build-tests "${options[@]}"
output=$(swift test --skip-build --parallel "${options[@]}" 2>&1) || {
  grep -E '^(✘|↳)|error:' <<<"$output" >&2 || tail -n 40 <<<"$output" >&2
  echo "the tests fail, so there is nothing to measure" >&2
  exit 1
}

bin=$(swift build --show-bin-path --scratch-path .build/coverage)
profile=$bin/codecov/default.profdata
[[ -r $profile ]] || { echo "no coverage was written to $profile" >&2; exit 1; }
shopt -s nullglob
bundles=("$bin"/*.xctest)
[[ ${#bundles[@]} -gt 0 ]] || { echo "no test bundle in $bin" >&2; exit 1; }
objects=("${bundles[0]}")
for bundle in "${bundles[@]:1}"; do objects+=(-object "$bundle"); done

"$cov" export "${objects[@]}" -instr-profile "$profile" -format lcov -ignore-filename-regex '/\.build/|/Tests/' |
  awk -F '[:,]' -v least="$least" -v promised="$promised" -v root="$PWD/Sources/" '
    BEGIN { count = split(promised, names, " "); for (i = 1; i <= count; i++) must[names[i]] = 1 }
    /^SF:/ {
      file = substr($0, 4); module = ""
      if (index(file, root) == 1) { module = substr(file, length(root) + 1); sub("/.*", "", module) }
    }
    /^DA:/ && module != "" { lines[module]++; if ($3 > 0) hit[module]++ }
    END {
      for (module in lines) {
        share = 100 * hit[module] / lines[module]
        low = (module in must) && share < least
        if (low) failed = 1
        printf "%-26s %6d lines %6.1f %%%s\n", module, lines[module], share, low ? "  below " least " %" : "" | "sort"
      }
      close("sort")
      for (module in must) if (!(module in lines)) { print module ": no line was measured"; failed = 1 }
      exit failed
    }'
