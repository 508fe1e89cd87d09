#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks for what a build needs; silent if all is there. Installs the libraries on Debian and Ubuntu.
set -euo pipefail

readonly minimum=6.2
readonly tested=6.3

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

check_swift() {
  local hint="Swift $minimum or later is needed ($tested is tested). Get it from https://www.swift.org/install/linux/"
  command -v swift >/dev/null || fail "swift is not on the PATH. $hint"
  local line version
  line=$(swift --version 2>/dev/null) || fail "'swift --version' fails. $hint"
  version=$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$line" | head -n 1)
  [[ -n $version ]] || fail "the version of swift cannot be read from '$line'. $hint"
  [[ $(printf '%s\n' "$minimum" "$version" | sort -V | head -n 1) == "$minimum" ]] ||
    fail "swift is $version. $hint"
}

libraries_present() {
  command -v pkg-config >/dev/null && pkg-config --exists libcurl yaml-0.1 zlib
}

install_libraries() {
  local packages=(libcurl4-openssl-dev libyaml-dev zlib1g-dev pkg-config)
  if [[ ! -r /etc/debian_version ]] || ! command -v apt-get >/dev/null; then
    fail "The development files of libcurl, libyaml and zlib, and pkg-config, are needed:" \
      "  Debian, Ubuntu:  apt-get install ${packages[*]}" \
      "  Fedora, RHEL:    dnf install libcurl-devel libyaml-devel zlib-devel pkgconf-pkg-config" \
      "  macOS:           brew install curl libyaml zlib pkgconf"
  fi
  . "$(dirname "$0")/packages.sh"
  install_packages "${packages[@]}" ||
    fail "$(tail -n 20 <<<"$apt_output")" "apt-get could not install ${packages[*]}; see above."
  libraries_present || fail "installed, but pkg-config still does not find libcurl, yaml-0.1 and zlib"
}

check_swift
libraries_present || install_libraries
