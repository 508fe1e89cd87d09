#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Draws what the queries of the dashboards answer in the tests' scenario: a PNG and an HTML page a dashboard, in
# .build/pictures, and with KEEP=1 the PNGs in docs/pictures too. Drawings of real query results; Grafana draws otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=$PWD/.build/pictures-python
readonly pictures=$PWD/.build/pictures
# shellcheck source=.ci/python.sh
source .ci/python.sh

command -v victoria-metrics >/dev/null || fail "victoria-metrics is needed: apt-get install victoria-metrics"
python_environment "$venv" matplotlib==3.11.2
rm -rf "$pictures"
mkdir -p "$pictures"
DASHBOARD_ANSWERS=$pictures swift test --quiet --filter '^DashboardsTests\.PanelQueryTests'
"$venv/bin/python3" .ci/pictures.py "$pictures"
if [[ ${KEEP:-} ]]; then
  mkdir -p docs/pictures
  cp "$pictures"/*.png docs/pictures/
fi
echo "$pictures"
