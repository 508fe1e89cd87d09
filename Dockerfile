# SPDX-License-Identifier: Apache-2.0
# The image by an engine: docker build --tag observability-operator .
# What it holds is what make image puts into its layout; digest and date are the engine's. See docs/image.md.

FROM swift:6.3-bookworm AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# The newest versions are what is wanted: the release refuses to link outdated ones.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates dpkg-dev gcc git libc6-dev libcurl4-openssl-dev \
    libssl-dev libyaml-dev make pkg-config python3 zlib1g-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN .ci/image.sh root

FROM scratch
COPY --from=build /src/.build/image/root/ /
WORKDIR /
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["/observability-operator"]
