#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds our JSON and YAML against Python's json and PyYAML: the project's own files, the CRDs of others, generated cases.
# DECODE names an executable that is there already; CRDS a folder with CRDs; SEED and CASES say what is generated.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.build/differential
# shellcheck source=.ci/python.sh
source .ci/python.sh

python_environment "$venv" pyyaml==6.0.2

decode=${DECODE:-}
if [[ -z $decode ]]; then
  swift build --quiet --product decode
  decode=$(swift build --show-bin-path)/decode
fi
[[ -x $decode ]] || fail "$decode is not there: it is what is tested"

exec "$venv/bin/python3" .ci/differential.py --decode "$decode" --crds "${CRDS:-../shared/crds}" \
  --seed "${SEED:-random}" --cases "${CASES:-2000}"
