#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures in a release build.
set -euo pipefail
cd "$(dirname "$0")/.."

exec swift run -c release bench "$@"
