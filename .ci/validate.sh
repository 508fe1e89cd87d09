#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds what is rendered and what is installed against the schemas of Kubernetes, with validators that are not ours.
# OPERATOR names an executable that is there already; CRDS the folder with the CRDs of others.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.build/validate
readonly packages=(kubernetes-validate jsonschema pyyaml)

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

if [[ ! -e $venv/complete ]]; then
  command -v python3 >/dev/null || fail "python3 is needed: apt-get install python3-venv"
  rm -rf "$venv"
  python3 -m venv "$venv" || fail "a Python environment is needed: apt-get install python3-venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" ||
    fail "pip could not install ${packages[*]} from PyPI"
  touch "$venv/complete"
fi

operator=${OPERATOR:-}
if [[ -z $operator ]]; then
  swift build --quiet --product observability-operator
  operator=$(swift build --show-bin-path)/observability-operator
fi

exec "$venv/bin/python3" .ci/validate.py --operator "$operator" --crds "${CRDS:-../shared/crds}"
