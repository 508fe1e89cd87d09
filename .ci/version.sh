#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the version of this release, as Sources/ObservabilityAPI/DefaultImages.swift has it.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly file=Sources/ObservabilityAPI/DefaultImages.swift
version=$(sed -nE 's/^  public static let release = "([0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?)"$/\1/p' "$file")
[[ $version ]] || { echo "$file: release is not a semantic version on a line of its own" >&2; exit 1; }
echo "$version"
