#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Evaluates the expressions of the admission policies in config/rbac over the cases of Tests/Conformance/vap-cases.yaml,
# with cel-python from PyPI; needs no cluster. make acceptance sends the cases to an API server.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.build/vap-cases
# shellcheck source=.ci/python.sh
source .ci/python.sh
python_environment "$venv" cel-python pyyaml
exec "$venv/bin/python3" .ci/vap-cases.py
