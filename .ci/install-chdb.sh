#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs chdb, a current ClickHouse engine as a Python package, for the tests of the schema, and prints the path of a
# Python that has it. Without it those tests are skipped: prints one warning and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/python.sh

readonly folder=$PWD/.build/chdb
# Its dependencies serve data frames, which are not used: without them it is a third smaller.
if ! reason=$(python_environment "$folder" --no-deps chdb-core==26.9.0 2>&1); then
  echo "warning: chdb could not be installed, its tests are skipped: $(tail -n 1 <<<"$reason")" >&2
  exit 0
fi
echo "$folder/bin/python"
