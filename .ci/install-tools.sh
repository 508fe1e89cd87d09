#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs on Debian and Ubuntu what some tests ask beside the code: VictoriaMetrics and kubectl. It never fails: at most
# it prints one line for each that is missing. Tests without VictoriaMetrics are skipped; those without kubectl fail where
# REQUIRE_KUBECTL is set.
set -euo pipefail

command -v apt-get >/dev/null || exit 0
as_root=()
if [[ $EUID -ne 0 ]]; then
  sudo -n true 2>/dev/null || exit 0
  as_root=(sudo -n)
fi

get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# install <command> <package>
install() {
  command -v "$1" >/dev/null && return
  local install=("${get[@]}" install --no-install-recommends "$2")
  # The lists of packages may be missing or old; they are fetched only if it does not go without.
  "${install[@]}" >"$log" 2>&1 || { "${get[@]}" update && "${install[@]}"; } >"$log" 2>&1 ||
    echo "warning: $2 could not be installed for its tests: $(tail -n 1 "$log")" >&2
}

install victoria-metrics victoria-metrics
install kubectl kubernetes-client
