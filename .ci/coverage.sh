#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs all tests and prints the line coverage of each module and of each state machine; fails if one that promises it
# is below the least. MEASURED=1 takes the figures of the last run without running anything.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly least=90
# Modules that hold decisions rather than entry points.
readonly promised="Backends Checking ControllerRuntime Dashboards Gzip HTTPTransport JSON KubernetesClient
  KubernetesCore NodeEligibility ObservabilityAPI ObservabilityController Rendering Telemetry YAML"
# Files that decide: each is a pure value, so nothing excuses a line that no test has been to.
readonly machines="
  ControllerRuntime/Applying/ChildComparison ControllerRuntime/Applying/PrunePlan
  ControllerRuntime/Applying/SubsetComparison ControllerRuntime/Election/LeaderElectionState
  ControllerRuntime/Queue/WorkQueueState ControllerRuntime/Reporting/ChildReport
  ControllerRuntime/Reporting/EventSeries ControllerRuntime/Watching/ReflectorStateMachine
  HTTPTransport/Connections/ConnectionQueue HTTPTransport/Engine/DeadlineClock HTTPTransport/Transfer/HeadParser
  KubernetesClient/Watching/LineFramer KubernetesClient/Watching/WatchDecoder KubernetesCore/ConditionSet
  NodeEligibility/Judging/NodeAssignment NodeEligibility/Judging/NodePool
  NodeEligibility/Recording/VerdictLedger NodePreflight/Inspection NodePreflight/Preflight
  ObservabilityController/Children/Inventory ObservabilityController/Cluster/WatchTransitionLog
  ObservabilityController/Parts/Agents/AgentEpisodes ObservabilityController/Parts/Agents/AgentFailure
  ObservabilityController/Parts/Agents/AgentPod ObservabilityController/Parts/Agents/AgentsObservation
  ObservabilityController/Parts/Agents/MissingPodsTimer ObservabilityController/Parts/Agents/RolloutLog
  ObservabilityController/Parts/BackendLog ObservabilityController/Parts/Metrics/MetricsResolution
  ObservabilityController/Status/ConditionAssembly ObservabilityController/Status/ConditionEvents
  ObservabilityController/Status/StatusDebounce ObservabilityController/Status/TransitionLog"

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
bin=$(swift build --show-bin-path --scratch-path .build/coverage)
readonly profile=.build/coverage/all.profdata
if [[ ! ${MEASURED:-} ]]; then
  profdata=$(find_tool llvm-profdata)
  swift build --build-tests --quiet "${options[@]}"
  export SWIFT_BACKTRACE=interactive=no,color=no
  # The groups of .ci/test.sh, one after the other as there. Each run discards the figures of the one before.
  mapfile -t groups < <(sed -n "s/^ *readonly [a-z]*='\(\^.*\)'$/\1/p" .ci/test.sh)
  [[ ${#groups[@]} -gt 0 ]] || { echo "no groups of tests in .ci/test.sh" >&2; exit 1; }
  parts=()
  for group in "${groups[@]}"; do
    output=$(swift test --skip-build --parallel "${options[@]}" --filter "$group" 2>&1) || {
      grep -E '^✘|^[^◇✔]*error:' <<<"$output" >&2 || tail -n 40 <<<"$output" >&2
      echo "the tests fail, so there is nothing to measure" >&2
      exit 1
    }
    parts+=(".build/coverage/group-${#parts[@]}.profdata")
    cp "$bin/codecov/default.profdata" "${parts[-1]}"
  done
  "$profdata" merge -o "$profile" "${parts[@]}"
fi

[[ -r $profile ]] || { echo "no coverage was written to $profile" >&2; exit 1; }
shopt -s nullglob
bundles=("$bin"/*.xctest)
[[ ${#bundles[@]} -gt 0 ]] || { echo "no test bundle in $bin" >&2; exit 1; }
objects=("${bundles[0]}")
for bundle in "${bundles[@]:1}"; do objects+=(-object "$bundle"); done

"$cov" export "${objects[@]}" -instr-profile "$profile" -format lcov -ignore-filename-regex '/\.build/|/Tests/' |
  awk -F '[:,]' -v least="$least" -v promised="$promised" -v machines="$machines" -v root="$PWD/Sources/" '
    function report(name, must,   share, low) {
      if (!(name in lines)) { print name ": no line was measured"; failed = 1; return }
      share = 100 * hit[name] / lines[name]
      low = must && share < least
      if (low) failed = 1
      printf "%-58s %6d lines %6.1f %%%s\n", name, lines[name], share, low ? "  below " least " %" : ""
    }
    # The modules that were measured, sorted by name.
    function sorted(names,   count, name, i, j) {
      for (name in lines) if (index(name, "/") == 0) {
        for (i = ++count; i > 1 && names[i - 1] > name; i--) names[i] = names[i - 1]
        names[i] = name
      }
      return count
    }
    BEGIN { for (i = split(promised, list, " "); i > 0; i--) must[list[i]] = 1 }
    /^SF:/ {
      file = ""; module = ""
      if (index($0, "SF:" root) == 1) {
        file = substr($0, length("SF:" root) + 1); sub(/\.swift$/, "", file); sub("^Development/", "", file)
        module = file; sub("/.*", "", module)
      }
    }
    /^DA:/ && module != "" {
      lines[module]++; lines[file]++
      if ($3 > 0) { hit[module]++; hit[file]++ }
    }
    END {
      print "modules"
      count = sorted(names)
      for (i = 1; i <= count; i++) report(names[i], names[i] in must)
      for (module in must) if (!(module in lines)) report(module, 1)
      print "\nstate machines"
      count = split(machines, list, " ")
      for (i = 1; i <= count; i++) report(list[i], 1)
      exit failed
    }'
