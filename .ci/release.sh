#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds what the image holds: .build/release-image/observability-operator, one stripped file that needs no library. Looks
# for newer sources of the libraries within and says which there are; REFRESH= leaves that out, for a build without network.
set -euo pipefail
cd "$(dirname "$0")/.."

. .ci/shipped.sh
REFRESH=${REFRESH-1} shipped_options
# What the linker took from where; the image's list of parts is made of it.
readonly map=$PWD/.build/shipped/observability-operator.map
options+=(-Xlinker "-Map=$map")
build_shipped observability-operator
built=$(swift build "${options[@]}" --show-bin-path)/observability-operator

readonly folder=.build/release-image
readonly file=$folder/observability-operator
mkdir -p "$folder"
# Hashes of what the compiler was given, with the time of the build in them; nothing reads them here. Without them the same
# sources give the same file.
strip --remove-section=.swift_modhash --remove-section=.note.gnu.build-id -o "$file" "$built"
cp "$map" "$folder/"
# What the linker was asked for, it may have passed over in silence.
dynamic=$(readelf --dynamic --wide "$file")
! grep -q '(NEEDED)' <<<"$dynamic" || { echo "$file needs libraries:" $'\n'"$dynamic" >&2; exit 1; }
grep -q 'Flags:.* PIE' <<<"$dynamic" || { echo "$file is bound to one address" >&2; exit 1; }
"$file" version
echo "$file: $(stat --format=%s "$file") bytes, with curl $(<.build/libcurl/version), $(paste -sd, .build/libcurl/linked | sed 's/,/, /g')"
