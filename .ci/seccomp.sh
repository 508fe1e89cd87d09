#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Loads config/seccomp/node-agent.json as a container runtime does and shows what it allows and refuses: every call of
# Tests/Conformance/seccomp-cases.yaml, and real programs: curl, Go programs, preflight. Where libseccomp, Python or one of
# the programs cannot be had, it says what was skipped. CONFIGURATION=debug takes the build of the tests.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.build/seccomp
# shellcheck source=.ci/python.sh
source .ci/python.sh

[[ $(uname -s) == Linux ]] || { echo "SKIPPED: seccomp is Linux's"; exit 0; }
if ! (python_environment "$venv" pyyaml); then
  echo "SKIPPED: there is no Python environment with pyyaml, see above"
  exit 0
fi
if ! "$venv/bin/python3" -c 'import ctypes; ctypes.CDLL("libseccomp.so.2")' 2>/dev/null; then
  echo "SKIPPED: the system has no libseccomp.so.2 (apt-get install libseccomp2)"
  exit 0
fi

operator=${OPERATOR:-}
if [[ -z $operator ]]; then
  configuration=${CONFIGURATION:-debug}
  swift build --quiet -c "$configuration" --product observability-operator
  operator=$(swift build -c "$configuration" --show-bin-path)/observability-operator
fi

exec "$venv/bin/python3" .ci/seccomp.py --profile config/seccomp/node-agent.json \
  --cases Tests/Conformance/seccomp-cases.yaml --operator "$operator" --promtool "${PROMTOOL:-$(.ci/install-promtool.sh)}"
