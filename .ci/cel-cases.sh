#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts the cases of Tests/Conformance/cel-cases.yaml to the API server that kubectl is configured for, which must
# evaluate CEL: every kube-apiserver does, devcluster does not. Objects are created as a dry run; those before an update
# are created for the time of their case, under the names that the table has. Ends with 1 if a verdict differs.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly crd=config/crd/observability.cozystack.io_observabilities.yaml
command -v kubectl >/dev/null || { echo "kubectl is needed: https://kubernetes.io/docs/tasks/tools/" >&2; exit 2; }
kubectl apply --server-side -f "$crd" >&2
kubectl wait --for=condition=Established --timeout=30s -f "$crd" >&2
existing=$(kubectl get observabilities -o name)
[[ -z $existing ]] || { echo "there are objects that the cases would change: $existing" >&2; exit 2; }
cases=$(swift run --quiet conformance cases)

passed=0
failed=0
while IFS=$'\t' read -r rule verdict field says old new; do
  if [[ $old != - ]]; then kubectl create -f - <<<"$old" >/dev/null; fi
  if answer=$(kubectl apply --server-side --force-conflicts --dry-run=server -f - <<<"$new" 2>&1); then
    given=accepted
  else
    given=refused
  fi
  if [[ $old != - ]]; then kubectl delete -f - <<<"$old" >/dev/null; fi
  if [[ $given == "$verdict" ]] && { [[ $verdict == accepted ]] || [[ $answer == *"$field"*"$says"* ]]; }; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED   %s: should be %s (%s: %s), is %s: %s\n  %s\n' "$rule" "$verdict" "$field" "$says" "$given" \
      "$answer" "$new"
  fi
done <<<"$cases"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
