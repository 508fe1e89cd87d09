#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs on Debian and Ubuntu what some tests ask beside the code: VictoriaMetrics, ClickHouse and kubectl. It never
# fails: at most it prints one line for each that is missing. Tests without VictoriaMetrics or ClickHouse are skipped;
# those without kubectl fail where REQUIRE_KUBECTL is set.
set -euo pipefail

command -v apt-get >/dev/null || exit 0
. "$(dirname "$0")/packages.sh"

# install <command> <package>
install() {
  command -v "$1" >/dev/null && return
  install_packages "$2" </dev/null ||
    echo "warning: $2 could not be installed for its tests: $(tail -n 1 <<<"$apt_output")" >&2
}

install victoria-metrics victoria-metrics
install clickhouse-server clickhouse-server
install kubectl kubernetes-client
