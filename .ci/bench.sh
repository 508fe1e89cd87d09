#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures the executable that ships (see shipped.sh), and our decoders beside Foundation's. Ends with 1 if a count is
# above its floor. Arguments go to bench: names of parts, or --runs.
set -euo pipefail
cd "$(dirname "$0")/.."

. .ci/shipped.sh
libraries="one file, libcurl within"
shipped_options || {
  libraries="NOT what ships: linked with the system's libraries"
  echo "warning: measuring with the system's libraries, which take more memory" >&2
}
build_shipped observability-operator bench bench-decoders
bin=$(swift build "${options[@]}" --show-bin-path)
echo "measured: $libraries"$'\n'
code=0
"$bin/bench" --operator "$bin/observability-operator" "$@" || code=$?
[[ $# -gt 0 ]] || { echo && "$bin/bench-decoders"; }
exit "$code"
