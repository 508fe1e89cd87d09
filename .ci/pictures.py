#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws what the queries of each dashboard answered, one PNG and one HTML page a dashboard.

pictures.py FOLDER: reads the files that Tests/DashboardsTests/Answers.swift wrote there. These are drawings of real query
results over the invented scenario, in the dashboards' own layout. They are no pictures of Grafana.
"""

import html
import json
import math
import pathlib
import re
import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402
from PIL import Image  # noqa: E402

UNIT = 0.62  # inches of one unit of Grafana's grid
SUFFIX = {"binBps": "B/s", "bytes": "B", "ops": "/s", "reqps": "req/s", "pps": "p/s", "short": "", "none": "",
          "celsius": "°C", "watt": "W", "percent": "%"}
NOTE = "drawn from query results over an invented scenario, not by Grafana"


def number(value, unit):
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "s" and value < 1:
        return f"{value * 1000:.3g} ms"
    if unit == "s" and value >= 60:
        return f"{value / 60:.3g} min" if value < 7200 else f"{value / 3600:.3g} h"
    scale = 1024 if unit in ("bytes", "binBps") else 1000
    suffixes = ["", "K", "M", "G", "T"]
    while abs(value) >= scale and len(suffixes) > 1:
        value /= scale
        suffixes.pop(0)
    return f"{value:.4g} {suffixes[0]}{SUFFIX.get(unit, unit)}".strip()


def legend(text, labels):
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], "?"), text)


def last(series):
    return float(series["value"][1] if "value" in series else series["values"][-1][1])


def stat(axes, panel, answers):
    result = answers[0]["result"]
    axes.axis("off")
    text = number(last(result[0]), panel["fieldConfig"]["defaults"]["unit"]) if result else "no data"
    axes.text(0.5, 0.4, text, ha="center", va="center", fontsize=17)


def graph(axes, panel, answers):
    unit = panel["fieldConfig"]["defaults"]["unit"]
    series = [(legend(a["legend"], s["metric"]), s["values"]) for a in answers for s in a["result"]]
    start = min((values[0][0] for _, values in series), default=0)
    for name, values in sorted(series, key=lambda one: -float(one[1][-1][1]))[:12]:
        axes.plot([(t - start) / 60 for t, _ in values], [float(v) for _, v in values], label=name, linewidth=1)
    axes.yaxis.set_major_formatter(lambda value, _: number(value, unit))
    axes.xaxis.set_major_formatter("{x:g} min")
    axes.tick_params(labelsize=6)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    if len(series) <= 12:
        axes.legend(fontsize=5, loc="upper left")


def table(axes, panel, answers):
    axes.axis("off")
    rows = {}
    labels = []
    renames = panel["transformations"][-1]["options"]["renameByName"]
    titles = [renames.get("Value #" + a["refId"], renames.get("Value", a["refId"])) for a in answers]
    units = {
        o["matcher"]["options"]: p["value"]
        for o in panel["fieldConfig"]["overrides"]
        for p in o["properties"]
        if p["id"] == "unit"
    }
    for column, answer in enumerate(answers):
        for series in answer["result"]:
            labels = labels or sorted(series["metric"])
            row = rows.setdefault(tuple(series["metric"].get(label, "") for label in labels), {})
            row[column] = number(last(series), units.get(titles[column], "short"))
    lines = [list(key) + [row.get(column, "") for column in range(len(answers))] for key, row in sorted(rows.items())]
    if lines:
        cells = axes.table([[str(c)[:34] for c in line] for line in lines[:12]], colLabels=labels + titles, loc="upper center")
        cells.auto_set_font_size(False)
        cells.set_fontsize(6)
        cells.auto_set_column_width(list(range(len(labels) + len(titles))))


def node_graph(axes, _panel, answers):
    axes.axis("off")
    frames = {answer["refId"]: answer["result"] for answer in answers}
    names = sorted(series["metric"]["id"] for series in frames["nodes"])
    place = {
        name: (math.cos(2 * math.pi * i / len(names)), math.sin(2 * math.pi * i / len(names)))
        for i, name in enumerate(names)
    }
    for series in frames["edges"]:
        edge = series["metric"]
        color = {"dark-red": "#c4162a"}.get(edge.get("color"), "#8e8e8e")
        axes.annotate(
            "", place[edge["target"]], place[edge["source"]],
            arrowprops={"arrowstyle": "->", "color": color, "shrinkA": 12, "shrinkB": 12})
    for name, (x, y) in place.items():
        axes.plot([x], [y], "o", color="#3274d9", markersize=10)
        axes.text(x * 1.06, y * 1.06, name, ha="left" if x > 0 else "right", va="center", fontsize=7)
    axes.set_xlim(-1.9, 1.9)
    axes.set_ylim(-1.25, 1.25)


DRAW = {"stat": stat, "timeseries": graph, "table": table, "nodeGraph": node_graph}


def placed(dashboard):
    """The panels with their lines moved down, as if every folded row were open."""
    shift = 0
    for panel in dashboard["panels"]:
        if panel["type"] != "row":
            yield panel, panel["gridPos"]["y"] + shift
            continue
        inner = panel["panels"]
        for one in inner:
            yield one, one["gridPos"]["y"] + shift
        if inner:
            shift += max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in inner) - panel["gridPos"]["y"] - 1


def draw(file):
    page = json.loads(file.read_text())
    dashboard = page["dashboard"]
    panels = list(placed(dashboard))
    height = max(y + panel["gridPos"]["h"] for panel, y in panels) + 2
    figure = pyplot.figure(figsize=(24 * UNIT, height * UNIT * 0.62))
    for (panel, y), answers in zip(panels, page["answers"], strict=True):
        grid = panel["gridPos"]
        left, width = grid["x"] / 24 + 0.045, grid["w"] / 24 - 0.06
        bottom, tall = 1 - (y + grid["h"] + 0.9) / height, (grid["h"] - 1.7) / height
        axes = figure.add_axes((left, bottom, width, tall))
        axes.set_title(panel["title"], fontsize=8, loc="left")
        DRAW[panel["type"]](axes, panel, answers)
    figure.text(0.01, 1 - 0.5 / height, f"{dashboard['title']}: {NOTE}", fontsize=7, va="center")
    picture = file.with_suffix(".png")
    figure.savefig(picture, dpi=90, metadata={"Software": None})
    pyplot.close(figure)
    # A few colours do, and the pictures that the documentation shows are kept with it.
    Image.open(picture).convert("RGB").quantize(128, method=Image.Quantize.MAXCOVERAGE).save(picture, optimize=True)
    items = "".join(
        f"<dt>{html.escape(panel['title'])}</dt><dd>{html.escape(panel['description'])}</dd>" for panel, _ in panels)
    file.with_suffix(".html").write_text(
        f"<!doctype html><meta charset=utf-8><title>{html.escape(dashboard['title'])}</title>"
        f"<h1>{html.escape(dashboard['title'])}</h1><p>{html.escape(dashboard['description'])} This page is {NOTE}.</p>"
        f"<img src={file.stem}.png alt='the panels' width=1340><dl>{items}</dl>\n")
    return len(panels)


def main():
    for file in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
        print(f"{file.stem}: {draw(file)} panels")


main()
