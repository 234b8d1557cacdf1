"""Charts on the page: drawn to scale, and told in words and figures."""

from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.page.charts import draw, legend, number, read_figures, ticks

SVG = dict[str, list[ET.Element]]


def chart(kind: str, *series: tuple[str, dict[str, float]], **axis: Any) -> dict[str, Any]:
    """Return a block with series, each a name and its values by category."""
    rows = [
        {"name": name, "data": [{"label": label, "value": v} for label, v in points.items()]} for name, points in series
    ]
    return {
        "type": "data_visualization",
        "title": "Answers",
        "chart": {"type": kind, "series": rows, "axis_config": axis},
    }


def pie(**segments: float) -> dict[str, Any]:
    """Return a pie of named segments."""
    parts = [{"label": label, "value": value} for label, value in segments.items()]
    return {"type": "data_visualization", "title": "Themes", "chart": {"type": "pie", "segments": parts}}


def drawn(block: dict[str, Any]) -> SVG:
    """Return a chart's shapes by their tag."""
    root = ET.fromstring(draw(read_figures(block)))  # noqa: S314 - of our own making
    found: SVG = {"svg": [root]}
    for each in root.iter():
        found.setdefault(each.tag, []).append(each)
    return found


def test_bars_stand_to_scale() -> None:
    """A bar of twice the value is twice as high, and all stand on one line."""
    bars = drawn(chart("bar", ("Answers", {"Africa": 4, "Asia": 8})))["rect"]

    heights = [float(each.attrib["height"]) for each in bars]
    feet = {round(float(each.attrib["y"]) + float(each.attrib["height"])) for each in bars}

    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
    assert len(feet) == 1


def test_a_chart_tells_its_figures() -> None:
    """Somebody who does not see the chart hears every figure in it."""
    shapes = drawn(chart("line", ("2025", {"Africa": 4, "Asia": 8.5}), ("2026", {"Asia": 12345})))

    label = "Answers, line chart. 2025: Africa 4, Asia 8.5. 2026: Asia 12,345."
    assert shapes["svg"][0].attrib["aria-label"] == label
    assert shapes["svg"][0].attrib["role"] == "img"


def test_a_category_without_a_figure_has_no_mark() -> None:
    """Where a series has no figure there is no point, and the others stay in their places."""
    figures = read_figures(chart("line", ("2025", {"Africa": 4}), ("2026", {"Asia": 3}), categories=["Africa", "Asia"]))

    assert [each.values for each in figures.series] == [(4.0, None), (None, 3.0)]


def test_an_area_is_filled_down_to_nothing() -> None:
    """An area ends on the zero line at both sides."""
    corners = drawn(chart("area", ("Women", {"2024": 5, "2025": 7, "2026": 9})))["polygon"][0].attrib["points"].split()

    assert corners[0].split(",")[1] == corners[-1].split(",")[1]
    assert len(corners) == 5


def test_several_series_are_told_apart() -> None:
    """Two series have a legend with two colours, one has none."""
    two = legend(read_figures(chart("bar", ("2025", {"Africa": 4}), ("2026", {"Africa": 5}))))

    assert [name for _, name in two] == ["2025", "2026"]
    assert len({colour for colour, _ in two}) == 2
    assert legend(read_figures(chart("bar", ("2025", {"Africa": 4})))) == []


def test_a_pie_shows_shares() -> None:
    """Each segment has its slice, figure and share; a single one is a whole disc."""
    block = pie(Prevention=1, Participation=3)

    assert len(drawn(block)["path"]) == 2
    assert [name for _, name in legend(read_figures(block))] == ["Prevention: 1 (25%)", "Participation: 3 (75%)"]
    assert len(drawn(pie(All=7))["circle"]) == 1


def test_names_in_charts_are_text() -> None:
    """A label with signs of HTML in it is shown as it is."""
    label = '<b x="1">&'
    titles = [each.text for each in drawn(chart("bar", (label, {label: 1})))["title"]]

    assert f"{label}, {label}: 1" in titles


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_round_figures_hold_every_value(values: list[float]) -> None:
    """The scale reaches over all values and zero, in few equal steps."""
    marks = ticks(values)
    steps = {round(after - before, 6) for before, after in pairwise(marks)}

    assert marks[0] <= min(0, *values) + 1e-6
    assert marks[-1] >= max(0, *values) - 1e-6
    assert len(steps) == 1
    assert 2 <= len(marks) <= 8


@given(st.sampled_from(["bar", "line", "area"]), st.lists(st.floats(0, 1e5), min_size=1, max_size=20))
def test_every_chart_can_be_drawn(kind: str, values: list[float]) -> None:
    """Any figures make a picture whose marks lie within its frame."""
    shapes = drawn(chart(kind, ("Series", {f"Category {at}": value for at, value in enumerate(values)})))
    frame = [float(each) for each in shapes["svg"][0].attrib["viewBox"].split()]

    places = [float(each.attrib["y"]) for each in shapes.get("rect", [])]
    places += [float(each.attrib["cy"]) for each in shapes.get("circle", [])]

    assert len(places) == len(values)
    assert all(0 <= place <= frame[3] for place in places)


@pytest.mark.parametrize(("value", "words"), [(3, "3"), (2.5, "2.5"), (1234567, "1,234,567"), (0.333, "0.33")])
def test_figures_are_short(value: float, words: str) -> None:
    """A figure has no needless digits."""
    assert number(value) == words
