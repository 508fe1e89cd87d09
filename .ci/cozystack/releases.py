# SPDX-License-Identifier: Apache-2.0
"""What Cozystack's operator makes of a PackageSource and a Package: artifacts, namespaces and HelmReleases.

Written after internal/operator of cozystack/cozystack, commit 3c780acd. Nothing here is sent to a cluster: the results
are validated, and show which charts are rendered with which values."""

import copy

# As Cozystack's platform gives them to every release of a system namespace, without those that hold addresses.
COZYSTACK_VALUES = {"_cluster": {
    "root-host": "example.org", "bundle-name": "isp-full", "solver": "http01", "issuer-name": "letsencrypt-prod",
    "oidc-enabled": "false", "expose-services": "dashboard,api", "expose-ingress": "tenant-root",
    "monitoring-enabled": "true", "cluster-domain": "cozy.local", "cpu-allocation-ratio": "10"}}

def release_name(component):
    return component["install"].get("releaseName") or component["name"]


def artifact(source, variant, component):
    """The ExternalArtifact of a component, in cozy-system."""
    names = (source["metadata"]["name"], variant["name"], component["name"])
    return "-".join(name.replace(".", "-") for name in names)


def artifacts(source):
    return [artifact(source, variant, component) for variant in source.get("spec", {}).get("variants") or []
            for component in variant.get("components") or []]


def variant_of(source, package):
    wanted = package["spec"].get("variant") or "default"
    found = next((one for one in source["spec"]["variants"] if one["name"] == wanted), None)
    if package["metadata"]["name"] != source["metadata"]["name"]:
        raise ValueError(f"metadata.name {package['metadata']['name']} is not that of the PackageSource")
    if found is None:
        raise ValueError(f"spec.variant {wanted} is none of the PackageSource's")
    strays = set(package["spec"].get("components") or {}) - {one["name"] for one in found["components"]}
    if strays:
        raise ValueError(f"spec.components has {', '.join(sorted(strays))}, which the variant {wanted} does not have")
    ignored = set(package["spec"].get("ignoreDependencies") or []) - set(found.get("dependsOn") or [])
    if ignored:
        raise ValueError(f"spec.ignoreDependencies has {', '.join(sorted(ignored))}, for which nothing waits")
    return found


def installed(source, package):
    """The components of a Package that are installed, with their values."""
    settings = package["spec"].get("components") or {}
    for component in variant_of(source, package)["components"]:
        setting = settings.get(component["name"]) or {}
        if component.get("install") and setting.get("enabled") is not False:
            yield component, setting.get("values") or {}


def namespaces(source, package):
    """The namespaces that Cozystack makes, with the labels that it sets."""
    found = {}
    for component, _ in installed(source, package):
        labels = found.setdefault(component["install"]["namespace"], {"cozystack.io/system": "true"})
        if component["install"].get("privileged"):
            labels["pod-security.kubernetes.io/enforce"] = "privileged"
    return found


def helm_releases(source, package):
    """The HelmReleases of a Package. In dependsOn those of other packages are left out, which are not known here."""
    variant = variant_of(source, package)
    homes = {one["name"]: one["install"] for one in variant["components"] if one.get("install")}
    for component, values in installed(source, package):
        install = component["install"]
        labels = {"cozystack.io/package": package["metadata"]["name"]}
        if install.get("privileged"):
            labels["cozystack.io/privileged"] = "true"
        retry = {"strategy": {"name": "RetryOnFailure", "retryInterval": "30s"}, "timeout": "10m"}
        spec = {
            "interval": "5m", "maxHistory": 5,
            "chartRef": {"kind": "ExternalArtifact", "name": artifact(source, variant, component),
                         "namespace": "cozy-system"},
            "install": retry, "upgrade": copy.deepcopy(retry),
            "valuesFrom": [{"kind": "Secret", "name": "cozystack-values"}],
        }
        if install.get("upgradeCRDs"):
            spec["upgrade"]["crds"] = install["upgradeCRDs"]
        if install.get("dependsOn"):
            spec["dependsOn"] = [{"name": homes[one].get("releaseName") or one, "namespace": homes[one]["namespace"]}
                                 for one in install["dependsOn"]]
        if install.get("healthCheckExprs"):
            spec["healthCheckExprs"] = install["healthCheckExprs"]
            # The expressions are looked at under this strategy alone.
            spec["waitStrategy"] = {"name": install.get("waitStrategy") or "poller"}
        if values:
            spec["values"] = values
        yield {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease",
               "metadata": {"name": release_name(component), "namespace": install["namespace"], "labels": labels},
               "spec": spec}


def merged(base, over):
    """Values over values, as Helm merges them: maps key by key, null takes a key away, anything else replaces."""
    result = dict(base)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result
