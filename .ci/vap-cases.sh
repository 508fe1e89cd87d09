#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds the admission policy on nodes against the cases of Tests/Conformance/vap-cases.yaml.
#
#   .ci/vap-cases.sh           evaluates the policy's own expressions with cel-python from PyPI; needs no cluster
#   .ci/vap-cases.sh cluster   puts the cases to the API server that kubectl is configured for, as the operator; needs
#                              the right to impersonate, config/rbac applied, and makes a Node vap-case for each case
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.build/vap-cases
# shellcheck source=.ci/python.sh
source .ci/python.sh
python_environment "$venv" cel-python pyyaml

if [[ ${1:-} != cluster ]]; then
  exec "$venv/bin/python3" .ci/vap-cases.py
fi

command -v kubectl >/dev/null || fail "kubectl is needed: https://kubernetes.io/docs/tasks/tools/"
kubectl get validatingadmissionpolicybinding observability-operator-nodes >/dev/null \
  || fail "the policy is not there: kubectl apply -k config/rbac"
cases=$("$venv/bin/python3" .ci/vap-cases.py --print-cases)

passed=0
failed=0
trap 'kubectl delete node vap-case --ignore-not-found >/dev/null' EXIT
while IFS=$'\t' read -r change verdict user says old new; do
  kubectl delete node vap-case --ignore-not-found >/dev/null
  kubectl create -f - <<<"$old" >/dev/null
  # A person needs a right of their own to get as far as the policy.
  groups=()
  [[ $user == system:* ]] || groups=(--as-group system:masters)
  if answer=$(kubectl replace --as "$user" "${groups[@]}" --dry-run=server -f - <<<"$new" 2>&1); then
    given=accepted
  else
    given=refused
  fi
  if [[ $given == "$verdict" ]] && { [[ $verdict == accepted ]] || [[ $answer == *"$says"* ]]; }; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED   %s: should be %s (%s), is %s: %s\n' "$change" "$verdict" "$says" "$given" "$answer"
  fi
done <<<"$cases"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
