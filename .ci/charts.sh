#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts the charts to Helm 4 and 3: lint, schemas, what they render, whether it equals config/default, and their life
# against an API server in memory; and runs the commands of the README's section on installing there. Skipped, visibly,
# where Helm or the Python packages cannot be had. CRDS is a folder with other CRDs than those of Tests/Packages; OPERATOR
# and DEVCLUSTER are executables that need not be built. ONLY="lint install" takes some groups of checks.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.build/charts
# shellcheck source=.ci/python.sh
source .ci/python.sh

helm4=$(.ci/install-helm.sh 4.3.1)
helm3=$(.ci/install-helm.sh 3.17.2)
if [[ -z $helm4 || -z $helm3 ]]; then
  echo "SKIPPED: there is no Helm, see above"
  exit 0
fi
if ! (python_environment "$venv" kubernetes-validate jsonschema pyyaml); then
  echo "SKIPPED: there is no Python environment, see above"
  exit 0
fi

operator=${OPERATOR:-} devcluster=${DEVCLUSTER:-}
if [[ -z $operator || -z $devcluster ]]; then
  swift build --quiet --product observability-operator
  swift build --quiet --product devcluster
  bin=$(swift build --show-bin-path)
  operator=$bin/observability-operator devcluster=$bin/devcluster
fi

exec "$venv/bin/python3" .ci/charts --helm "$helm4/helm" --old-helm "$helm3/helm" --kubectl "$helm4/kubectl" \
  --crds "${CRDS:-Tests/Packages/crds}" --operator "$operator" \
  --devcluster "$devcluster" ${ONLY:+--only "$ONLY"}
