#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs VictoriaMetrics on Debian and Ubuntu, for the tests that ask a real one. Without it they are skipped, so
# this never fails: at most it prints one line.
set -euo pipefail

command -v victoria-metrics >/dev/null && exit 0
command -v apt-get >/dev/null || exit 0
as_root=()
if [[ $EUID -ne 0 ]]; then
  sudo -n true 2>/dev/null || exit 0
  as_root=(sudo -n)
fi

get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q)
install=("${get[@]}" install --no-install-recommends victoria-metrics)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The lists of packages may be missing or old; they are fetched only if it does not go without.
"${install[@]}" >"$log" 2>&1 || { "${get[@]}" update && "${install[@]}"; } >"$log" 2>&1 ||
  echo "warning: victoria-metrics could not be installed, its tests are skipped: $(tail -n 1 "$log")" >&2
