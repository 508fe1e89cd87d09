#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how large one scrape of the agent is on disk.

Builds remote-write requests as coroot-node-agent 1.35.6 does (prom/remote_writer.go: families by name, labels sorted,
one sample a series, then snappy) for three invented nodes, and prints series, bytes before and bytes after compression.
The shapes are assumptions; the sizes that follow from them are measured. Needs cramjam from PyPI."""

import argparse
import dataclasses
import hashlib
import random
import struct

import cramjam

BUCKETS = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"]
KINDS = ["cart", "checkout", "payments-api", "search", "postgres", "redis", "frontend", "worker", "ingress-nginx"]


@dataclasses.dataclass
class Shape:
    """What runs on a node."""

    name: str
    containers: int
    destinations: int  # that a container connects to
    requests: int  # of these with requests that the agent understands
    mounts: int
    disks: int
    interfaces: int


SHAPES = [
    Shape("small", 25, 4, 2, 1, 2, 30),
    Shape("medium", 80, 6, 3, 2, 4, 90),
    Shape("busy", 200, 15, 8, 2, 8, 220),
]


def varint(number):
    result = bytearray()
    while number > 0x7F:
        result.append(number & 0x7F | 0x80)
        number >>= 7
    result.append(number)
    return bytes(result)


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


class Request:
    """A prometheus.WriteRequest."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.families = {}
        machine = self.hexadecimal(32)
        system = self.hexadecimal(32)
        self.common = {
            "machine_id": machine,
            "system_uuid": "-".join([system[:8], system[8:12], system[12:16], system[16:20], system[20:]]),
            "instance": hashlib.md5((machine + system).encode()).hexdigest(),
            "job": "coroot-node-agent",
        }
        self.series = 0

    def hexadecimal(self, length):
        return "".join(self.random.choice("0123456789abcdef") for _ in range(length))

    def address(self, prefix):
        return f"{prefix}.{self.random.randrange(256)}.{self.random.randrange(256)}"

    def add(self, name, labels, suffix="", whole=False):
        value = float(self.random.randrange(10**7)) if whole else self.random.random() * 10**5
        labels = sorted({"__name__": name + suffix, **self.common, **labels}.items())
        encoded = b"".join(field(1, field(1, key.encode()) + field(2, text.encode())) for key, text in labels)
        sample = b"\x09" + struct.pack("<d", value) + b"\x10" + varint(1_760_000_000_000)
        self.families.setdefault(name, []).append(field(1, encoded + field(2, sample)))
        self.series += 1

    def histogram(self, name, labels):
        for bound in BUCKETS:
            self.add(name, {**labels, "le": bound}, "_bucket", whole=True)
        self.add(name, labels, "_sum")
        self.add(name, labels, "_count", whole=True)

    def bytes(self):
        series = b"".join(b"".join(self.families[name]) for name in sorted(self.families))
        metadata = b"".join(
            field(3, b"\x08\x01" + field(2, name.encode()) + field(4, b"h" * 60)) for name in sorted(self.families))
        return series + metadata


def node(request, shape):
    for name in ["info", "uptime_seconds", "resources_cpu_logical_cores", "resources_memory_total_bytes",
                 "resources_memory_free_bytes", "resources_memory_available_bytes", "resources_memory_cached_bytes"]:
        request.add(f"node_{name}", {})
    for mode in ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"]:
        request.add("node_resources_cpu_usage_seconds_total", {"mode": mode})
    for disk in range(shape.disks):
        for name in ["reads", "writes", "read_bytes", "written_bytes", "read_time_seconds", "write_time_seconds",
                     "io_time_seconds"]:
            request.add(f"node_resources_disk_{name}_total", {"device": f"nvme{disk}n1"})
    for _ in range(shape.interfaces):
        interface = {"interface": "lxc" + request.hexadecimal(12)}
        for name in ["received_bytes_total", "transmitted_bytes_total", "received_packets_total",
                     "transmitted_packets_total", "interface_up"]:
            request.add(f"node_net_{name}", interface)


def container(request, shape, index):
    draw = request.random
    kind, tenant = KINDS[index % len(KINDS)], f"tenant-{index % 7}"
    pod = f"{kind}-{request.hexadecimal(10)}-{request.hexadecimal(5)}"
    own = {"container_id": f"/k8s/{tenant}/{pod}/{kind}", "app_id": f"/k8s/{tenant}/{kind}"}

    def add(name, labels=None, whole=False):
        request.add(f"container_{name}", {**own, **(labels or {})}, whole=whole)

    add("info", {"image": f"registry.example.org/shop/{kind}:1.{index % 20}.0"})
    for name in ["restarts_total", "resources_cpu_limit_cores", "resources_cpu_usage_seconds_total",
                 "resources_cpu_delay_seconds_total", "resources_cpu_throttled_seconds_total",
                 "resources_disk_delay_seconds_total", "resources_memory_limit_bytes", "resources_memory_rss_bytes",
                 "resources_memory_cache_bytes"]:
        add(name)
    for resource in ["cpu", "memory", "io"]:
        for share in ["some", "full"]:
            add(f"resources_{resource}_pressure_waiting_seconds_total", {"kind": share})
    add("application_type", {"application_type": "golang"})
    for port in [8080, 9090]:
        add("net_tcp_listen_info", {"listen_addr": f"{request.address('10.244')}:{port}"}, whole=True)
    for mount in range(shape.mounts):
        place = {"mount_point": f"/data/{mount}", "device": "nvme0n1", "volume": f"pvc-{request.hexadecimal(32)}"}
        for name in ["size_bytes", "used_bytes", "reserved_bytes", "reads_total", "read_bytes_total", "writes_total",
                     "written_bytes_total"]:
            add(f"resources_disk_{name}", place, whole=True)
    for domain in range(3):
        add("dns_requests_total", {"request_type": "TypeA", "status": "ok",
                                   "domain": f"{KINDS[domain]}.{tenant}.svc.cozy.local"}, whole=True)
    request.histogram("container_dns_requests_duration_seconds_total", own)
    for status in ["2xx", "5xx"]:
        add("http_inbound_requests_total", {"status": status}, whole=True)
    request.histogram("container_http_inbound_requests_duration_seconds_total", own)
    for number in range(shape.destinations):
        peer = {"destination": f"{request.address('10.96')}:8080",
                "actual_destination": f"{request.address('10.244')}:8080"}
        for name in ["successful_connects_total", "connection_time_seconds_total", "bytes_sent_total",
                     "bytes_received_total", "active_connections"]:
            add(f"net_tcp_{name}", peer, whole=name != "connection_time_seconds_total")
        if draw.random() < 0.5:
            add("net_tcp_retransmits_total", peer, whole=True)
        add("net_latency_seconds", {"destination_ip": peer["actual_destination"].split(":")[0]})
        if number < shape.requests:
            protocol = draw.choice(["http_requests", "postgres_queries", "redis_queries"])
            for status in ["2xx", "5xx"] if protocol == "http_requests" else ["ok"]:
                add(f"{protocol}_total", {**peer, "status": status}, whole=True)
            request.histogram(f"container_{protocol}_duration_seconds_total", {**own, **peer})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    print(f"{'node':8} {'containers':>10} {'series':>8} {'plain':>12} {'on disk':>12} {'plain/series':>13} "
          f"{'disk/series':>12}")
    for shape in SHAPES:
        request = Request(seed)
        node(request, shape)
        for index in range(shape.containers):
            container(request, shape, index)
        plain = request.bytes()
        packed = len(bytes(cramjam.snappy.compress_raw(plain)))
        print(f"{shape.name:8} {shape.containers:10} {request.series:8} {len(plain):12} {packed:12} "
              f"{len(plain) / request.series:13.0f} {packed / request.series:12.1f}")


if __name__ == "__main__":
    main()
