#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds our JSON and YAML against Python's json and PyYAML: the project's own files, the CRDs of others, generated cases.
# DECODE names an executable that is there already; CRDS a folder with CRDs; SEED and CASES say what is generated.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.build/differential
readonly packages=(pyyaml==6.0.2)

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

decode=${DECODE:-}
if [[ -z $decode ]]; then
  swift build --quiet --product decode
  decode=$(swift build --show-bin-path)/decode
fi
[[ -x $decode ]] || fail "$decode is not there: it is what is tested"

exec "$venv/bin/python3" .ci/differential.py --decode "$decode" --crds "${CRDS:-../shared/crds}" \
  --seed "${SEED:-random}" --cases "${CASES:-2000}"
