"""The templates, and what they may call."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader
from markdown_it import MarkdownIt
from markupsafe import Markup

from workspace.page import charts
from workspace.page.reader import Reader
from workspace.page.richtext import rich_text
from workspace.state import User


@cache
def environment() -> Environment:
    """Return the templates' environment: everything is escaped unless it is markup of our own."""
    made = Environment(
        loader=PackageLoader("workspace.page", "templates"),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        figures_of=charts.read_figures,
        draw=charts.draw,
        legend=charts.legend,
        number=charts.number,
        rich_text=rich_text,
        markdown=markdown,
        avatar=avatar,
        cell=cell,
    )
    return made


def render(name: str, **values: Any) -> Markup:
    """Return a template filled in."""
    return Markup(environment().get_template(name).render(**values))  # noqa: S704 - the templates escape


def markdown(text: str) -> Markup:
    """Return standard Markdown as HTML; HTML in it stays text, and links lead to the web or a mail address only."""
    made = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return Markup(made.render(text))  # noqa: S704 - the renderer escapes


def avatar(user: User) -> Markup:
    """Return a person's initials in their colour; decoration, since the name always stands beside it."""
    return Markup(
        '<svg class="avatar" viewBox="0 0 36 36" aria-hidden="true"><rect width="36" height="36" rx="8" fill="{}"/>'
        '<text x="18" y="23" text-anchor="middle">{}</text></svg>'
    ).format(user.colour, user.initials)


def cell(given: dict[str, Any], reader: Reader) -> Markup:
    """Return a table's cell."""
    if given.get("type") == "rich_text":
        return rich_text(given, reader)
    if given.get("type") == "raw_number":
        return Markup("{}").format(given.get("text") or charts.number(float(given.get("value", 0))))
    return Markup("{}").format(given.get("text", ""))
