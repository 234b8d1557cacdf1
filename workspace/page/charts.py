"""Slack's `data_visualization` block as an inline SVG and as a table with the same figures."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

Block = dict[str, Any]
Point = tuple[float, float]
PALETTE = ("#1f4e79", "#c2600c", "#2e7d6b", "#8a4b9c", "#b0334f", "#5f6b7a")
WIDTH, HEIGHT = 560, 260
LEFT, TOP, RIGHT, BOTTOM = 44, 26, 12, 44
LABEL_LETTERS = 16


@dataclass(frozen=True)
class Series:
    """One row of figures; a figure that is not given is None."""

    name: str
    colour: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Figures:
    """What a chart shows: a value of each series for each category."""

    title: str
    kind: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    x_label: str = ""
    y_label: str = ""

    @property
    def summary(self) -> str:
        """Return the chart in words, for those who do not see it."""
        rows = [f"{each.name}: {', '.join(_told(self.categories, each))}" for each in self.series]
        return f"{self.title}, {self.kind} chart. {'. '.join(rows)}."


def _told(categories: Sequence[str], series: Series) -> Iterator[str]:
    for category, value in zip(categories, series.values, strict=True):
        if value is not None:
            yield f"{category} {number(value)}"


def read_figures(block: Block) -> Figures:
    """Return what a `data_visualization` block shows."""
    chart = block["chart"]
    title, kind = str(block.get("title", "")), str(chart["type"])
    if kind == "pie":
        segments = chart["segments"]
        labels = tuple(str(each["label"]) for each in segments)
        return Figures(title, kind, labels, (Series(title, PALETTE[0], tuple(float(s["value"]) for s in segments)),))
    axis = chart.get("axis_config") or {}
    given = axis.get("categories") or [point["label"] for each in chart["series"] for point in each["data"]]
    categories = tuple(dict.fromkeys(str(each) for each in given))
    series = tuple(_series(at, each, categories) for at, each in enumerate(chart["series"]))
    return Figures(title, kind, categories, series, str(axis.get("x_label", "")), str(axis.get("y_label", "")))


def _series(at: int, given: Block, categories: Sequence[str]) -> Series:
    known = {str(point["label"]): float(point["value"]) for point in given["data"]}
    values = tuple(known.get(category) for category in categories)
    return Series(str(given["name"]), PALETTE[at % len(PALETTE)], values)


def number(value: float) -> str:
    """Return a figure without needless digits."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")


def draw(figures: Figures) -> Markup:
    """Return a chart as SVG, with its summary as accessible name."""
    parts = _pie(figures) if figures.kind == "pie" else _plot(figures)
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, figures.summary, Markup("").join(parts)
    )


def legend(figures: Figures) -> list[tuple[str, str]]:
    """Return (colour, name) of what the colours mean, none where there is nothing to tell apart."""
    if figures.kind == "pie":
        total = sum(value or 0 for value in figures.series[0].values) or 1
        pairs = zip(figures.categories, figures.series[0].values, strict=True)
        return [
            (_colour(at), f"{name}: {number(v or 0)} ({(v or 0) / total:.0%})") for at, (name, v) in enumerate(pairs)
        ]
    return [(each.colour, each.name) for each in figures.series] if len(figures.series) > 1 else []


def _colour(at: int) -> str:
    return PALETTE[at % len(PALETTE)]


def ticks(values: Sequence[float]) -> list[float]:
    """Return about five round figures that reach over all values and zero; whole ones for whole values."""
    low, high = min(0.0, *values), max(0.0, *values)
    if high - low < 1e-9:
        return [0.0, 1.0]
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= rough * 0.999)
    if all(value == int(value) for value in values):
        step = max(step, 1.0)
    return [step * each for each in range(math.floor(low / step), math.ceil(high / step) + 1)]


@dataclass(frozen=True)
class Scale:
    """Where values and categories lie in the drawing."""

    low: float
    high: float
    count: int

    def y(self, value: float) -> float:
        """Return the height of a value."""
        room = HEIGHT - TOP - BOTTOM
        return TOP + room * (1 - (value - self.low) / ((self.high - self.low) or 1))

    @property
    def step(self) -> float:
        """The width of a category."""
        return (WIDTH - LEFT - RIGHT) / max(self.count, 1)

    def x(self, at: int) -> float:
        """Return the middle of a category."""
        return LEFT + self.step * (at + 0.5)


def _plot(figures: Figures) -> Iterator[Markup]:
    values = [value for each in figures.series for value in each.values if value is not None] or [0.0]
    marks = ticks(values)
    scale = Scale(marks[0], marks[-1], len(figures.categories))
    yield from _grid(marks, scale)
    yield from _category_labels(figures.categories, scale)
    yield from _axis_labels(figures)
    yield from _bars(figures, scale) if figures.kind == "bar" else _lines(figures, scale)


def _grid(marks: Sequence[float], scale: Scale) -> Iterator[Markup]:
    for mark in marks:
        y = scale.y(mark)
        yield Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(LEFT, WIDTH - RIGHT, y, y)
        yield Markup('<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
            LEFT - 6, y + 4, number(mark)
        )


def _category_labels(categories: Sequence[str], scale: Scale) -> Iterator[Markup]:
    letters = max(3, min(LABEL_LETTERS, int(scale.step / 6.2)))
    for at, category in enumerate(categories):
        shown = category if len(category) <= letters else category[: letters - 1] + "…"
        yield Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}<title>{}</title></text>').format(
            scale.x(at), HEIGHT - BOTTOM + 18, shown, category
        )


def _axis_labels(figures: Figures) -> Iterator[Markup]:
    if figures.x_label:
        yield Markup('<text class="axis" x="{}" y="{}" text-anchor="middle">{}</text>').format(
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, figures.x_label
        )
    if figures.y_label:
        yield Markup('<text class="axis" x="{}" y="{}">{}</text>').format(4, 12, figures.y_label)


def _bars(figures: Figures, scale: Scale) -> Iterator[Markup]:
    wide = min(scale.step * 0.7 / len(figures.series), 56)
    for order, series in enumerate(figures.series):
        for at, value in enumerate(series.values):
            if value is None:
                continue
            left = scale.x(at) + wide * (order - len(figures.series) / 2)
            top, bottom = sorted((scale.y(value), scale.y(0)))
            yield Markup(
                '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2" fill="{}"><title>{}</title></rect>'
            ).format(left, top, wide - 2, max(bottom - top, 1), series.colour, _title(figures, series, at))
            if len(figures.categories) * len(figures.series) <= 16:
                yield Markup('<text class="value" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>').format(
                    left + wide / 2 - 1, top - 3 if value >= 0 else bottom + 12, number(value)
                )


def _title(figures: Figures, series: Series, at: int) -> str:
    return f"{series.name}, {figures.categories[at]}: {number(series.values[at] or 0)}"


def _lines(figures: Figures, scale: Scale) -> Iterator[Markup]:
    for series in figures.series:
        known = [(at, value) for at, value in enumerate(series.values) if value is not None]
        points = [(scale.x(at), scale.y(value)) for at, value in known]
        if figures.kind == "area" and points:
            outline = [(points[0][0], scale.y(0)), *points, (points[-1][0], scale.y(0))]
            yield Markup('<polygon points="{}" fill="{}" fill-opacity="0.25"/>').format(_path(outline), series.colour)
        yield Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2.5"/>').format(
            _path(points), series.colour
        )
        for (at, _), (x, y) in zip(known, points, strict=True):
            yield Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3.5" fill="{}"><title>{}</title></circle>').format(
                x, y, series.colour, _title(figures, series, at)
            )


def _path(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _pie(figures: Figures) -> Iterator[Markup]:
    values = [max(value or 0, 0) for value in figures.series[0].values]
    total = sum(values) or 1
    start = 0.0
    for at, value in enumerate(values):
        title = f"{figures.categories[at]}: {number(value)}"
        yield _slice(start / total, (start + value) / total, _colour(at), title)
        start += value


def _slice(start: float, end: float, colour: str, title: str) -> Markup:
    middle_x, middle_y, radius = WIDTH / 2, HEIGHT / 2, HEIGHT / 2 - 8
    if end - start >= 0.9999:
        return Markup('<circle cx="{}" cy="{}" r="{}" fill="{}"><title>{}</title></circle>').format(
            middle_x, middle_y, radius, colour, title
        )
    ends = [(2 * math.pi * part - math.pi / 2) for part in (start, end)]
    (x1, y1), (x2, y2) = ((middle_x + radius * math.cos(a), middle_y + radius * math.sin(a)) for a in ends)
    path = (
        f"M{middle_x},{middle_y} L{x1:.1f},{y1:.1f} A{radius},{radius} 0 {int(end - start > 0.5)} 1 {x2:.1f},{y2:.1f} Z"
    )
    return Markup('<path d="{}" fill="{}" stroke="#fff" stroke-width="1.5"><title>{}</title></path>').format(
        path, colour, title
    )
