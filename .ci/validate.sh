#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds what is rendered and what is installed against the schemas of Kubernetes, with validators that are not ours.
# OPERATOR names an executable that is there already; CRDS the folder with the CRDs of others.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.build/validate
# shellcheck source=.ci/python.sh
source .ci/python.sh

python_environment "$venv" kubernetes-validate jsonschema pyyaml

operator=${OPERATOR:-}
if [[ -z $operator ]]; then
  swift build --quiet --product observability-operator
  operator=$(swift build --show-bin-path)/observability-operator
fi

exec "$venv/bin/python3" .ci/validate.py --operator "$operator" --crds "${CRDS:-../shared/crds}"
