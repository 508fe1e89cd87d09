# SPDX-License-Identifier: Apache-2.0

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build run test lint format generate verify validate bench simulate faults coverage ci clean

help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z][a-z-]*:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## check for Swift and the system's libraries; install them on Debian and Ubuntu
	@.ci/setup.sh

build: setup ## build the executables for release
	swift build -c release

run: setup ## start an API server in memory and the operator beside it; ONCE=1 ends when the sample is Ready
	@ONCE='$(ONCE)' .ci/run-devcluster.sh

test: setup ## run all tests
	@.ci/test.sh

lint: setup ## check the format of all Swift code
	swift format lint --strict --recursive Sources Tests Package.swift

format: setup ## format all Swift code
	swift format --in-place --recursive Sources Tests Package.swift

generate: setup ## write what is generated into config/ and the documents
	swift run generate

verify: setup ## fail if what is generated differs from what is committed
	swift run generate --check

validate: setup ## check rendered and installed manifests by the schemas of Kubernetes; needs python3 and PyPI
	@.ci/validate.sh

bench: setup ## measure the release build: requests, times, memory, size; fails if a count is above its floor
	@.ci/bench.sh

simulate: setup ## live through SEEDS=500 of the runtime's simulation, or replay one SEED
	@SEEDS='$(SEEDS)' SEED='$(SEED)' .ci/simulate.sh

faults: setup ## kill the operator after each of its writes and compare the ends
	@.ci/faults.sh

coverage: setup ## run all tests and print line coverage by module; fails below 90 % where that is promised
	@.ci/coverage.sh

ci: ## everything that a change must pass
	@.ci/run

clean: ## remove what was built
	rm -rf .build .run
