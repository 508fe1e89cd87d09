# SPDX-License-Identifier: Apache-2.0

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build release image image-run run test conformance acceptance lint format generate verify \
	validate charts scan packages bench differential simulate faults record-release pictures seccomp airgap coverage ci clean

help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z][a-z-]*:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## check for Swift and the system's libraries; install them on Debian and Ubuntu
	@.ci/setup.sh

build: setup ## build the executables for release
	swift build -c release

release: setup ## build the one stripped file that the image holds, of the newest sources; needs Debian or Ubuntu
	@.ci/release.sh

image: setup ## make the image as an OCI layout with an SBOM; REBUILD=1 builds the file twice; needs Debian or Ubuntu, and PyPI
	@.ci/image.sh

image-run: ## start what make image made, in namespaces of its own, and check names, TLS and rights there; needs root
	@.ci/image-run.sh

run: setup ## start an API server in memory and the operator beside it; MODE=signals or full, ONCE=1 ends when the sample is Ready
	@ONCE='$(ONCE)' .ci/run-devcluster.sh

test: setup ## run all tests; SANITIZE=thread or =address under that sanitizer, LIBCURL=small with the libcurl that ships
	@.ci/test.sh

conformance: setup ## replay the recorded exchanges of a real kube-apiserver against the API server of this repository
	@swift run --quiet conformance

acceptance: setup ## check the product on the API server of KUBECONFIG, or on one in memory; STAND_IN=1, DEPLOYED=1, ONLY="drift samples"
	@STAND_IN='$(STAND_IN)' DEPLOYED='$(DEPLOYED)' BACKENDS='$(BACKENDS)' .ci/acceptance.sh $(if $(ONLY),--only $(ONLY))

lint: setup ## check the format of all Swift code
	swift format lint --strict --recursive Sources Tests Package.swift

format: setup ## format all Swift code
	swift format --in-place --recursive Sources Tests Package.swift

generate: setup ## write what is generated into config/ and the documents
	swift run generate

verify: setup ## fail if what is generated differs from what is committed
	swift run generate --check

validate: setup ## check manifests by the schemas of Kubernetes, the admission policies by their cases; needs python3 and PyPI
	@.ci/validate.sh
	@.ci/vap-cases.sh

charts: setup ## install, upgrade and remove the charts with Helm 4 and 3, and as the README says; needs python3 and PyPI
	@ONLY='$(ONLY)' .ci/charts.sh

scan: setup ## compare what checkov finds in all manifests with the list of findings that stay; needs python3 and PyPI
	@.ci/scan.sh

packages: ## lay out, check and pack what Cozystack installs; needs python3 and PyPI
	@.ci/packages-cozystack.sh

bench: setup ## measure the release build: requests, times, memory, size; fails if a count is above its floor
	@.ci/bench.sh

differential: setup ## compare our JSON and YAML with Python's; CRDS=folder, SEED=, CASES=; needs python3 and PyPI
	@CRDS='$(or $(CRDS),../shared/crds)' SEED='$(SEED)' CASES='$(CASES)' .ci/differential.sh

simulate: setup ## live through SEEDS=500 of the runtime's simulation, or replay one SEED
	@SEEDS='$(SEEDS)' SEED='$(SEED)' .ci/simulate.sh

faults: setup ## kill the operator after each of its writes and compare the ends
	@.ci/faults.sh

record-release: setup ## record what the release of COMMIT=ref leaves behind, as a fixture of the upgrade test
	@COMMIT='$(COMMIT)' FROM='$(FROM)' OUTPUT='$(OUTPUT)' .ci/record-release.sh

pictures: setup ## draw what the dashboards' queries answer into .build/pictures; needs victoria-metrics, python3 and PyPI
	@.ci/pictures.sh

seccomp: setup ## load the agent's seccomp profile and show which calls it allows and refuses; needs python3 and PyPI
	@.ci/seccomp.sh

airgap: setup ## run the commands of docs/airgap.md against registries on this machine; needs skopeo, umoci, docker-registry
	@.ci/airgap.sh

coverage: setup ## run all tests and print line coverage by module; fails below 90 % where that is promised
	@.ci/coverage.sh

ci: ## everything that a change must pass
	@.ci/run

clean: ## remove what was built
	rm -rf .build .run
