# SPDX-License-Identifier: Apache-2.0
# To be sourced: a Python environment with packages from PyPI, made once.

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# python_environment <folder> <package>…
python_environment() {
  local folder=$1
  shift
  [[ ! -e $folder/complete ]] || return 0
  command -v python3 >/dev/null || fail "python3 is needed: apt-get install python3-venv"
  rm -rf "$folder"
  python3 -m venv "$folder" || fail "a Python environment is needed: apt-get install python3-venv"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" || fail "pip could not install $* from PyPI"
  touch "$folder/complete"
}
