"""Slack's limits on blocks, messages and views: at the limit is fine, one beyond is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from workspace.checks import message_faults, view_faults

Block = dict[str, Any]


def plain(length: int = 1) -> Block:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int = 1) -> Block:
    return {"type": "mrkdwn", "text": "x" * length}


def option(n: int, **more: Any) -> Block:
    return {"text": plain(), "value": f"v{n}"} | more


def button(**more: Any) -> Block:
    return {"type": "button", "text": plain(), "action_id": "a"} | more


def menu(kind: str, options: int = 1, **more: Any) -> Block:
    return {"type": kind, "action_id": "a", "options": [option(n) for n in range(options)]} | more


def confirm(**more: Any) -> Block:
    return {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()} | more


def beside(element: Block) -> Block:
    return {"type": "section", "text": plain(), "accessory": element}


def entered(element: Block, **more: Any) -> Block:
    return {"type": "input", "label": plain(), "element": {"action_id": "a"} | element} | more


def text_field(**more: Any) -> Block:
    return entered({"type": "plain_text_input"} | more)


def image(**more: Any) -> Block:
    return {"type": "image", "image_url": "https://example.org/x.png", "alt_text": "x"} | more


def cell(text: str = "x") -> Block:
    return {"type": "raw_text", "text": text}


def data_table(rows: int = 2, columns: int = 1, **more: Any) -> Block:
    return {
        "type": "data_table",
        "caption": "x",
        "rows": [[cell() for _ in range(columns)] for _ in range(rows)],
    } | more


def table(rows: int = 1, columns: int = 1, length: int = 1) -> Block:
    return {"type": "table", "rows": [[cell("x" * length) for _ in range(columns)] for _ in range(rows)]}


def bars(series: int = 1, categories: int = 1, title: int = 5, label: int = 3) -> Block:
    names = [f"{n:0{label}}" for n in range(categories)]
    points = [{"label": name, "value": 1} for name in names]
    chart = {
        "type": "bar",
        "series": [{"name": f"s{n}", "data": points} for n in range(series)],
        "axis_config": {"categories": names},
    }
    return {"type": "data_visualization", "title": "x" * title, "chart": chart}


def pie(segments: int) -> Block:
    chart = {"type": "pie", "segments": [{"label": f"s{n}", "value": 1} for n in range(segments)]}
    return {"type": "data_visualization", "title": "x", "chart": chart}


LIMITS: dict[str, tuple[int, Callable[[int], Block]]] = {
    "section text": (3000, lambda n: {"type": "section", "text": mrkdwn(n)}),
    "section fields": (10, lambda n: {"type": "section", "fields": [plain()] * n}),
    "field": (2000, lambda n: {"type": "section", "fields": [plain(n)]}),
    "header": (150, lambda n: {"type": "header", "text": plain(n)}),
    "context elements": (10, lambda n: {"type": "context", "elements": [mrkdwn()] * n}),
    "actions elements": (25, lambda n: {"type": "actions", "elements": [button(action_id=f"a{i}") for i in range(n)]}),
    "block_id": (255, lambda n: {"type": "divider", "block_id": "x" * n}),
    "action_id": (255, lambda n: beside(button(action_id="x" * n))),
    "image alt_text": (2000, lambda n: image(alt_text="x" * n)),
    "image_url": (3000, lambda n: image(image_url="x" * n)),
    "input label": (2000, lambda n: text_field() | {"label": plain(n)}),
    "input hint": (2000, lambda n: text_field() | {"hint": plain(n)}),
    "button text": (75, lambda n: beside(button(text=plain(n)))),
    "button value": (2000, lambda n: beside(button(value="x" * n))),
    "button url": (3000, lambda n: beside(button(url="x" * n))),
    "button accessibility_label": (75, lambda n: beside(button(accessibility_label="x" * n))),
    "placeholder": (150, lambda n: text_field(placeholder=plain(n))),
    "max_length": (3000, lambda n: text_field(max_length=n)),
    "initial_value": (3000, lambda n: text_field(initial_value="x" * n)),
    "select options": (100, lambda n: beside(menu("static_select", n))),
    "multi select options": (100, lambda n: beside(menu("multi_static_select", n))),
    "checkboxes": (10, lambda n: beside(menu("checkboxes", n))),
    "radio buttons": (10, lambda n: beside(menu("radio_buttons", n))),
    "overflow options": (5, lambda n: beside(menu("overflow", n))),
    "option text": (75, lambda n: beside(menu("static_select", options=0) | {"options": [option(1, text=plain(n))]})),
    "option value": (150, lambda n: beside(menu("static_select") | {"options": [option(1, value="x" * n)]})),
    "option description": (75, lambda n: beside(menu("checkboxes") | {"options": [option(1, description=plain(n))]})),
    "confirm title": (100, lambda n: beside(button(confirm=confirm(title=plain(n))))),
    "confirm text": (300, lambda n: beside(button(confirm=confirm(text=plain(n))))),
    "confirm yes": (30, lambda n: beside(button(confirm=confirm(confirm=plain(n))))),
    "confirm no": (30, lambda n: beside(button(confirm=confirm(deny=plain(n))))),
    "table rows": (100, lambda n: table(rows=n)),
    "table columns": (20, lambda n: table(columns=n)),
    "table characters": (10_000, lambda n: table(length=n)),
    "data table rows": (101, lambda n: data_table(rows=n)),
    "data table columns": (20, lambda n: data_table(columns=n)),
    "data table page": (100, lambda n: data_table(page_size=n)),
    "data table row header": (2, lambda n: data_table(columns=3, row_header_column_index=n)),
    "chart title": (50, lambda n: bars(title=n)),
    "chart series": (6, lambda n: bars(series=n)),
    "chart categories": (20, lambda n: bars(categories=n)),
    "chart labels": (20, lambda n: bars(label=n)),
    "pie segments": (6, pie),
}


def refused(*blocks: Block) -> bool:
    return message_faults("text", list(blocks))[0] == "invalid_blocks"


@pytest.mark.parametrize(("most", "build"), LIMITS.values(), ids=LIMITS)
def test_a_limit_is_exact(most: int, build: Callable[[int], Block]) -> None:
    """What is as long as Slack allows is accepted, and one more is refused."""
    assert message_faults("text", [build(most)]) == ("", [])
    assert refused(build(most + 1))


MAY_BE_EMPTY = {
    "block_id", "image alt_text", "image_url", "button value", "button url", "button accessibility_label",
    "initial_value", "table characters", "data table row header", "chart labels",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(LIMITS.keys() - MAY_BE_EMPTY))
def test_nothing_is_too_little(name: str) -> None:
    """Empty texts, lists and sizes are refused, unless the thing may be left out."""
    build = LIMITS[name][1]

    assert refused(build(0))


WRONG = {
    "unknown block": {"type": "marquee"},
    "no type": {},
    "modal block in a message": {"type": "alert"},
    "section with nothing": {"type": "section"},
    "header in mrkdwn": {"type": "header", "text": mrkdwn()},
    "text of no object": {"type": "section", "text": "x"},
    "image without alt_text": image(alt_text=""),
    "image without address": image(image_url=""),
    "image in a context without alt_text": {"type": "context", "elements": [image(alt_text="")]},
    "button in mrkdwn": beside(button(text=mrkdwn())),
    "button style": beside(button(style="loud")),
    "button without action_id": beside({"type": "button", "text": plain()}),
    "unknown element": beside({"type": "slider", "action_id": "a"}),
    "button as an input": entered(button()),
    "same action_id twice": {"type": "actions", "elements": [button(), button()]},
    "initial option elsewhere": beside(menu("static_select", initial_option=option(9))),
    "options beside option_groups": beside(
        menu("static_select", option_groups=[{"label": plain(), "options": [option(1)]}])
    ),
    "menu with neither": beside({"type": "static_select", "action_id": "a"}),
    "impossible date": entered({"type": "datepicker", "initial_date": "2 March 2026"}),
    "impossible time": entered({"type": "timepicker", "initial_time": "25:00"}),
    "moment in milliseconds": entered({"type": "datetimepicker", "initial_date_time": 1_772_445_600_000}),
    "initial value beyond max_length": text_field(max_length=5, initial_value="123456"),
    "min_length beyond max_length": text_field(max_length=5, min_length=6),
    "data table without caption": data_table(caption=""),
    "data table with uneven rows": data_table(rows=2) | {"rows": [[cell()], [cell(), cell()]]},
    "data table with a header of rich text": data_table() | {"rows": [[{"type": "rich_text"}], [cell()]]},
    "data table with an unknown cell": data_table() | {"rows": [[cell()], [{"type": "button"}]]},
    "data table with an empty cell": data_table() | {"rows": [[cell()], [cell("")]]},
    "chart of unknown kind": {"type": "data_visualization", "title": "x", "chart": {"type": "radar"}},
    "chart with a missing point": bars(categories=2)
    | {"chart": bars(categories=2)["chart"] | {"axis_config": {"categories": ["000", "001", "002"]}}},
    "chart with a series twice": bars() | {"chart": bars()["chart"] | {"series": bars()["chart"]["series"] * 2}},
    "pie with an empty segment": pie(1) | {"chart": {"type": "pie", "segments": [{"label": "x", "value": 0}]}},
}


@pytest.mark.parametrize("block", WRONG.values(), ids=WRONG)
def test_what_slack_does_not_know_is_refused(block: Block) -> None:
    """A block, element or object that Slack would not take is not taken here."""
    assert refused(block)


def test_block_ids_are_unique_in_a_message() -> None:
    """Two blocks of one message cannot bear the same id."""
    assert refused({"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"})


def test_a_message_takes_fifty_blocks() -> None:
    """The fifty-first block is refused."""
    assert not refused(*[{"type": "divider"}] * 50)
    assert refused(*[{"type": "divider"}] * 51)


def test_a_message_takes_one_table_and_two_charts() -> None:
    """A second table and a third chart are refused."""
    assert not refused(table(), bars(), bars())
    assert refused(table(), table())
    assert refused(bars(), bars(), bars())


def test_markdown_counts_over_all_its_blocks() -> None:
    """Two markdown blocks share the twelve thousand characters that one may have."""
    assert refused({"type": "markdown", "text": "x" * 7000}, {"type": "markdown", "text": "x" * 7000})


def test_the_text_of_all_blocks_together_is_limited() -> None:
    """Blocks that are short enough each are refused when they are too long together."""
    four = [{"type": "section", "text": mrkdwn(2750)}] * 4

    assert message_faults("", four) == ("", [])
    assert message_faults("", [*four, {"type": "section", "text": mrkdwn()}]) == ("msg_blocks_too_long", [])


def test_a_message_needs_words_and_not_too_many() -> None:
    """Neither nothing at all nor more than forty thousand characters can be posted."""
    assert message_faults("", [])[0] == "no_text"
    assert message_faults("x" * 40_000, []) == ("", [])
    assert message_faults("x" * 40_001, [])[0] == "msg_too_long"


def modal(**more: Any) -> Block:
    return {"type": "modal", "title": plain(), "blocks": [{"type": "divider"}]} | more


VIEW_LIMITS: dict[str, tuple[int, Callable[[int], Block]]] = {
    "title": (24, lambda n: modal(title=plain(n))),
    "submit": (24, lambda n: modal(submit=plain(n))),
    "close": (24, lambda n: modal(close=plain(n))),
    "private_metadata": (3000, lambda n: modal(private_metadata="x" * n)),
    "callback_id": (255, lambda n: modal(callback_id="x" * n)),
    "external_id": (255, lambda n: modal(external_id="x" * n)),
    "blocks in a modal": (100, lambda n: modal(blocks=[{"type": "divider"}] * n)),
    "blocks in a Home tab": (100, lambda n: {"type": "home", "blocks": [{"type": "divider"}] * n}),
}


@pytest.mark.parametrize(("most", "build"), VIEW_LIMITS.values(), ids=VIEW_LIMITS)
def test_a_view_s_limit_is_exact(most: int, build: Callable[[int], Block]) -> None:
    """A view as large as Slack allows is shown, and one larger by one is refused."""
    assert view_faults(build(most)) == ("", [])
    assert view_faults(build(most + 1))[0] == "invalid_arguments"


WRONG_VIEWS = {
    "of no kind": modal(type="window"),
    "without title": modal(title=None),
    "without blocks": {"type": "home"},
    "with blocks of messages": modal(blocks=[data_table()]),
    "with inputs and nothing to submit": modal(blocks=[text_field()]),
}


@pytest.mark.parametrize("view", WRONG_VIEWS.values(), ids=WRONG_VIEWS)
def test_a_view_that_slack_does_not_take_is_refused(view: Block) -> None:
    """A view without a title, with blocks of another surface or with nothing to submit its inputs is refused."""
    assert view_faults(view)[0] == "invalid_arguments"


def test_a_form_with_a_button_to_submit_it_is_shown() -> None:
    """Inputs are fine where there is a way to submit them, and in the Home tab."""
    assert view_faults(modal(blocks=[text_field()], submit=plain())) == ("", [])
    assert view_faults({"type": "home", "blocks": [text_field()]}) == ("", [])
