#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Records what the release of COMMIT leaves behind, as a fixture of the upgrade test: builds the operator of that commit in
# a folder of its own, runs it against an API server in memory, and writes the objects to OUTPUT, by default
# Tests/ObservabilityControllerTests/Upgrade/Fixtures/COMMIT.jsonl. With FROM, a record, the release begins with that
# instead of an empty cluster, under the definition that is in the record, and what it changes is printed: so the way back
# from a release to one before it is tried.
set -euo pipefail
cd "$(dirname "$0")/.."

commit=${COMMIT:?"set COMMIT to the commit or tag of the release"}
commit=$(git rev-parse --short --verify "$commit^{commit}")
from=${FROM:-}
output=${OUTPUT:-}
[[ $output || $from ]] || output=Tests/ObservabilityControllerTests/Upgrade/Fixtures/$commit.jsonl

folder=.build/releases/$commit
if [[ ! -d $folder ]]; then
  git worktree prune
  git worktree add --quiet --detach "$folder" "$commit"
fi
echo "building the operator of $commit" >&2
swift build --package-path "$folder" --product observability-operator >&2
operator=$(swift build --package-path "$folder" --show-bin-path)/observability-operator

arguments=(--operator "$operator")
if [[ $from ]]; then
  arguments+=(--from "$from")
else
  arguments+=(--crd "$folder/config/crd/observability.cozystack.io_observabilities.yaml")
fi
[[ -z $output ]] || arguments+=(--output "$output")
swift run --quiet record-release "${arguments[@]}"
[[ -z $output ]] || echo "recorded $output" >&2
