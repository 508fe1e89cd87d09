#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs all tests. Prints failures and the closing line; all lines with VERBOSE=1. With SANITIZE=thread or
# SANITIZE=address everything is built with that sanitizer, and a report fails the run. With LIBCURL=small the tests are
# linked with the libcurl that ships, and with its OpenSSL, zlib and libyaml. Arguments go to swift test.
set -euo pipefail
cd "$(dirname "$0")/.."

options=()
linked=()
case ${SANITIZE:-} in
  '') ;;
  thread | address)
    # A scratch path of its own: the flag changes every object, and the usual build would be done anew afterwards.
    options=(--sanitize "$SANITIZE" --scratch-path ".build/$SANITIZE")
    # A report stands in the output, and the process that made it ends with an error. Leaks are looked for too.
    export TSAN_OPTIONS="halt_on_error=0 ${TSAN_OPTIONS:-}"
    export ASAN_OPTIONS="detect_leaks=1 detect_stack_use_after_return=0 ${ASAN_OPTIONS:-}"
    export LSAN_OPTIONS="suppressions=$PWD/.ci/lsan.txt print_suppressions=0 ${LSAN_OPTIONS:-}"
    if [[ $SANITIZE == thread ]]; then
      mkdir -p .build/thread
      clang -O1 -fPIC -c -o .build/thread/tsan-mutex.o .ci/tsan-mutex.c
      linked=(-Xlinker "$PWD/.build/thread/tsan-mutex.o")
    fi
    ;;
  *)
    echo "SANITIZE takes thread or address, not '$SANITIZE'" >&2
    exit 2
    ;;
esac
case ${LIBCURL:-} in
  '') ;;
  small)
    PKG_CONFIG_PATH=$(.ci/libcurl.sh)
    export PKG_CONFIG_PATH
    options+=(--scratch-path .build/small)
    ;;
  *)
    echo "LIBCURL takes small, not '$LIBCURL'" >&2
    exit 2
    ;;
esac

# On a terminal the progress is one line that moves; in a log it would be hundreds.
quiet=(--quiet)
[[ -t 1 ]] && quiet=()
swift build --build-tests "${quiet[@]}" "${options[@]}" "${linked[@]}"
# A crash must tell where; the backtracer must not wait for a terminal.
export SWIFT_BACKTRACE=interactive=no,color=no

# Kept: failures with their details, skipped tests, and the closing line.
digest() {
  if [[ ${VERBOSE:-} ]]; then
    cat
  else
    # What tells of a test may have several lines, where an argument has.
    awk '/^(◇|✔|✘|➜|↳) / { inside = 0 }
         inside { if (/ (started|seconds)\.$/) inside = 0; next }
         /^◇ / && !/ started\.$/ { inside = 1; next }
         /^[^ ]+ Test run with/ { print; next }
         / (started|after [0-9.]+ seconds)\.$/ && !/^✘/ { next }
         /^(◇|✔) |↳ (Testing Library|Target Platform)|^\[[0-9]+\/[0-9]+\]|^Test Suite |^Build|Executed 0 tests|^$/ { next }
         { print; fflush() }'
  fi
}

code=0
run() { swift test --skip-build --parallel "${options[@]}" "$@" 2>&1 | digest || code=$?; }

if [[ $# -gt 0 ]]; then
  run "$@"
else
  # One group after the other, for a test that waits for real time must not run beside tests that use up the processors.
  # StructureTests checks that each target is in the group where it belongs (Tests/StructureTests/TestGroups.swift).
  # Sockets, processes, timers: deadlines of seconds.
  readonly waiting='^(Acceptance|Backends|ControllerRuntime|DevCluster|EndToEnd|Example|Faults|HTTPTransport|Kubectl|KubernetesClient|Telemetry)Tests\.'
  # Whole operators, simulations and a storage full of series: they keep the processors busy, and wait with deadlines of
  # minutes.
  readonly operators='^(Dashboards|ObservabilityController|Simulation)Tests\.'
  # Only computation: nothing here waits.
  readonly computing='^(Checking|CleanText|Conformance|Digests|Gzip|JSON|KubernetesCore|NodeEligibility|NodePreflight|ObservabilityAPI|Rendering|Structure|YAML)Tests\.'
  for group in "$waiting" "$operators" "$computing"; do run --filter "$group"; done
fi
exit "$code"
