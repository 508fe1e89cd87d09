#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Starts an API server in memory, the operator beside it, and applies the sample of MODE:
#   agents   the agents alone, the default
#   signals  traces and logs too, kept in ClickHouse: an installed one of at least 24.3, else a stand-in
#   full     Coroot's server too, a stand-in that has its API: it is wired to the metrics storage and ClickHouse
# With ONCE=1 it ends as soon as the sample is Ready, otherwise with Ctrl-C. Nothing is left running on any path.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly folder=.run
readonly kubeconfig=$folder/kubeconfig
readonly account=cozy-observability/observability-operator
readonly account_kubeconfig=$folder/operator.kubeconfig
case ${MODE:-agents} in
  agents) sample=config/samples/agents-only.yaml surroundings=() ;;
  signals) sample=config/samples/signals-clickhouse.yaml surroundings=(.ci/signals.yaml) ;;
  full) sample=config/samples/full.yaml surroundings=(.ci/signals.yaml) ;;
  *)
    echo "MODE takes agents, signals or full, not '$MODE'" >&2
    exit 2
    ;;
esac
readonly sample surroundings
# What config/default installs, but for the Deployment and its NetworkPolicy: the operator runs beside the server, with the
# rights of its account.
readonly installed=(
  config/default/namespaces.yaml
  config/crd/observability.cozystack.io_observabilities.yaml
  config/rbac/role.yaml
  config/rbac/node-policy.yaml
  config/rbac/daemonset-policy.yaml
  config/rbac/children-policy.yaml
  config/rbac/cluster-agent-role.yaml
  config/manager/service-account.yaml
  config/dashboards/role.yaml
)
readonly object=observability/platform

children=()

# shellcheck disable=SC2317 # Called by the traps.
# Ends the children, the operator first so that it can still release its lease, and waits for them.
stop() {
  local code=$? index pid
  trap - EXIT
  trap '' INT TERM
  for ((index = ${#children[@]} - 1; index >= 0; index--)); do
    pid=${children[index]}
    kill -TERM "$pid" 2>/dev/null || true
    for _ in {1..100}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Waits until the file has content; fails if the process ends before, or after 30 s: VictoriaMetrics has 20 s to start.
await_file() {
  local file=$1 pid=$2 name=$3
  for _ in {1..300}; do
    [[ -s $file ]] && return
    kill -0 "$pid" 2>/dev/null || fail "$name ended before it wrote $file; its last lines:" "$(tail -n 20 "$folder/$name.log")"
    sleep 0.1
  done
  fail "$name did not write $file within 30 s; its last lines:" "$(tail -n 20 "$folder/$name.log")"
}

echo "building"
build_log=$(mktemp)
for product in devcluster observability-operator; do
  swift build --product "$product" >"$build_log" 2>&1 || {
    cat "$build_log" >&2
    rm -f "$build_log"
    exit 1
  }
done
rm -f "$build_log"
bin=$(swift build --show-bin-path)
readonly bin

rm -rf "$folder"
mkdir -m 700 "$folder"

# The children ignore the terminal's Ctrl-C (a background job of a script does) and are ended by stop.
"$bin/devcluster" run --listen 127.0.0.1:0 --kubeconfig "$kubeconfig" --endpoints "$folder/endpoints" \
  --service-account-kubeconfig "$account=$account_kubeconfig" >"$folder/devcluster.log" 2>&1 &
children+=($!)
await_file "$kubeconfig" "${children[0]}" devcluster
await_file "$folder/endpoints" "${children[0]}" devcluster

for file in "${installed[@]}" ${surroundings[@]+"${surroundings[@]}"}; do
  [[ -r $file ]] || fail "$file is missing: run make generate"
  "$bin/devcluster" apply --kubeconfig "$kubeconfig" -f "$file" >>"$folder/install.log"
done

# The operator's log is the story, so it goes to the terminal as it is.
"$bin/observability-operator" run --kubeconfig "$account_kubeconfig" --backend-address-map "$folder/endpoints" \
  --listen 127.0.0.1:0 &
children+=($!)
readonly operator=${children[1]}

"$bin/devcluster" apply --kubeconfig "$kubeconfig" -f "$sample"

# In the background, so that a signal is answered at once.
"$bin/devcluster" wait --kubeconfig "$kubeconfig" --for condition=Ready --timeout 60s "$object" &
children+=($!)
if ! wait "${children[2]}"; then
  kill -0 "$operator" 2>/dev/null || fail "the operator ended before $object was Ready; see its log above"
  fail "$object was not Ready within 60 s; the reason stands above"
fi
unset 'children[2]'

[[ ${ONCE:-} && ${ONCE:-} != 0 ]] && exit 0

cat <<END

Look around from another terminal:

  export KUBECONFIG=$PWD/$kubeconfig
  kubectl get obs
  kubectl describe obs platform
  kubectl get daemonsets --all-namespaces

Ctrl-C ends both.
END
# From here on Ctrl-C is how one is meant to leave.
trap 'exit 0' INT
wait -n "${children[@]}" || true
fail "one of the two ended by itself; the API server's log is $folder/devcluster.log"
