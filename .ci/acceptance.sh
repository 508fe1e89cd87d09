#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts the product to an API server: that of KUBECONFIG, or one in memory that is started for it. STAND_IN=1 stands in
# for nodes and a metrics backend where there are none, DEPLOYED=1 uses the operator that runs in the cluster,
# BACKENDS=file says where Services are reached from here. Arguments go to acceptance. Nothing is left running.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
folder=$(mktemp -d)
server=
# shellcheck disable=SC2317 # Called by the trap.
stop() {
  local code=$?
  trap '' INT TERM
  if [[ $server ]]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$log" "$folder"
  exit "$code"
}
trap stop EXIT
# acceptance gets the terminal's Ctrl-C too, and cleans up before it ends.
trap : INT

products=(acceptance observability-operator)
[[ ${KUBECONFIG:-} ]] || products+=(devcluster)
echo "building ${products[*]}" >&2
for product in "${products[@]}"; do
  swift build --product "$product" >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
  }
done
bin=$(swift build --show-bin-path)

options=()
if [[ ! ${KUBECONFIG:-} ]]; then
  export KUBECONFIG=$folder/kubeconfig
  # In a session of its own, so that the terminal's Ctrl-C does not end the server before acceptance has cleaned up.
  setsid "$bin/devcluster" run --listen 127.0.0.1:0 --kubeconfig "$KUBECONFIG" --no-real-backend >"$log" 2>&1 &
  server=$!
  for _ in {1..300}; do
    [[ ! -s $KUBECONFIG ]] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  [[ -s $KUBECONFIG ]] || {
    echo "devcluster did not start; its log:" >&2
    cat "$log" >&2
    exit 2
  }
  STAND_IN=1
fi
[[ ${STAND_IN:-0} == 0 ]] || options+=(--stand-in)
[[ ${DEPLOYED:-0} == 0 ]] || options+=(--deployed)
[[ ! ${BACKENDS:-} ]] || options+=(--backend-address-map "$BACKENDS")
"$bin/acceptance" --operator "$bin/observability-operator" "${options[@]}" "$@"
