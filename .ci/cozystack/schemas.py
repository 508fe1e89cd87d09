# SPDX-License-Identifier: Apache-2.0
"""Validators by kind: those of Cozystack, Flux and VictoriaMetrics by copies of their CRDs, ours by its own, the rest
by the schemas of Kubernetes."""

import importlib.util

import jsonschema

from tree import REPOSITORY

# The strict reading of structural schemas is that of `make validate`.
_SPEC = importlib.util.spec_from_file_location("manifests", REPOSITORY / ".ci/validate.py")
manifests = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(manifests)

CRDS = REPOSITORY / "Tests/Packages/crds"
FILES = {
    "PackageSource": CRDS / "packagesources.cozystack.io.yaml",
    "Package": CRDS / "packages.cozystack.io.yaml",
    "HelmRelease": CRDS / "helmreleases.helm.toolkit.fluxcd.io.yaml",
    "OCIRepository": CRDS / "ocirepositories.source.toolkit.fluxcd.io.yaml",
    "VMServiceScrape": CRDS / "vmservicescrapes.operator.victoriametrics.com.yaml",
    "Observability": REPOSITORY / manifests.OURS,
}


def readable(validate):
    """The same validation, with the field in the message."""
    def wrapped(document):
        try:
            validate(document)
        except jsonschema.ValidationError as error:
            path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
            raise ValueError(f"{path.lstrip('.') or 'the document'}: {error.message[:300]}") from None
    return wrapped


def load():
    """Validators of custom resources, by kind."""
    return {kind: readable(manifests.validator(path)) for kind, path in FILES.items()}


def validate(document, custom):
    """Holds any rendered object against its schema; a kind that has none here is an error."""
    kind = document["kind"]
    if kind in custom:
        custom[kind](document)
        return
    for version in manifests.newest_versions():
        manifests.core(document, version)
