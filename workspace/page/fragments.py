"""The pieces of a tab that change by themselves, and what must be sent for a tab to catch up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from markupsafe import Markup

from workspace.driver import Workspace
from workspace.page import sight as seeing
from workspace.page.rendering import render
from workspace.page.sight import Line, Sight
from workspace.person import Person
from workspace.problems import NotPossible
from workspace.state import Message


@dataclass(frozen=True)
class Fragment:
    """One element of the page; `parent` is the id of the list it stands in, if it comes and goes.

    `state` stands for what it shows: a tab that has the same state needs nothing.
    """

    id: str
    tag: str
    css: str
    inner: Markup
    state: str
    parent: str = ""

    @property
    def html(self) -> Markup:
        """The element."""
        return self.marked("")

    def marked(self, swap: str) -> Markup:
        """Return the element, marked for htmx to put it in place of the one that a tab has."""
        out_of_band = Markup(' hx-swap-oob="{}"').format(swap) if swap else ""
        return Markup('<{} id="{}" class="{}" data-state="{}"{}>{}</{}>').format(
            self.tag, self.id, self.css, self.state, out_of_band, self.inner, self.tag
        )


def made(name: str, tag: str, css: str, inner: Markup, *, parent: str = "", state: str = "") -> Fragment:
    """Return a fragment; its state is taken from what it shows unless given."""
    return Fragment(name, tag, css, inner, sha256((state or inner).encode()).hexdigest()[:16], parent)


def fragments(sight: Sight) -> list[Fragment]:
    """Return every piece of a tab, in the order of the page."""
    return [*frame(sight), *place(sight), *thread(sight), modal(sight)]


def frame(sight: Sight) -> list[Fragment]:
    """Return clock, troubles, sidebar and heading."""
    shown = {"sight": sight, "reader": sight.reader, "entries": seeing.entries(sight), "app": seeing.app_entry(sight)}
    pieces = (("clock", "div", "clock"), ("troubles", "div", "troubles"), ("places", "nav", "places"))
    drawn = [made(name, tag, css, render(f"{name}.html", **shown)) for name, tag, css in pieces]
    return [*drawn, made("heading", "header", "heading", render("heading.html", **shown))]


def place(sight: Sight) -> list[Fragment]:
    """Return the messages of a channel, or the app's Home."""
    if sight.place is not None:
        return [message(sight, line, "messages") for line in seeing.lines(sight)]
    shown = seeing.home_of(sight)
    view, surface = shown or (None, None)
    return [made("home", "div", "home", render("home.html", sight=sight, view=view, s=surface))]


def thread(sight: Sight) -> list[Fragment]:
    """Return the messages of the open thread."""
    return [message(sight, line, "replies") for line in seeing.thread_lines(sight)]


def message(sight: Sight, line: Line, parent: str) -> Fragment:
    """Return one message."""
    css = "message" + (" first" if line.first else "") + (" private" if line.message.ephemeral_to else "")
    inner = render("message.html", sight=sight, reader=sight.reader, line=line, s=line.surface)
    return made(line.prefix, "li", css, inner, parent=parent)


def line(workspace: Workspace, person: Person, found: Message, name: str) -> Fragment:
    """Return one message as the line of that id; NotPossible if it stands in no such line."""
    in_thread = name.startswith("t-")
    asked = {"thread": found.thread_ts or found.ts} if in_thread else {}
    sight = seeing.look(workspace, person, found.channel, asked)
    shown = thread(sight) if in_thread else place(sight)
    same = next((each for each in shown if each.id == name), None)
    if same is None:
        raise NotPossible("That message is no longer there.")
    return same


def modal(sight: Sight) -> Fragment:
    """Return the modal in front, empty if none is. What is typed into it is no change of it."""
    shown = seeing.modal_of(sight)
    if shown is None:
        return made("modal", "div", "", Markup(""), state="none")
    view, surface = shown
    depth = len(sight.team.modals.get(sight.person.id, ()))
    inner = render("modal.html", sight=sight, reader=sight.reader, view=view, s=surface, depth=depth)
    return made("modal", "div", "", inner, state=f"{view.id} {view.hash} {sorted(view.errors.items())} {depth}")


def catch_up(present: Sequence[Fragment], seen: Mapping[str, str]) -> Markup:
    """Return what brings a tab up to date that shows the fragments `seen` (id → state); empty if it is."""
    gone = [name for name in seen if name not in {each.id for each in present}]
    parts = [Markup('<li id="{}" hx-swap-oob="delete"></li>').format(name) for name in gone]
    return Markup("").join([*parts, *_differences(present, seen)])


def _differences(present: Sequence[Fragment], seen: Mapping[str, str]) -> Iterator[Markup]:
    before: dict[str, str] = {}
    for each in present:
        if each.id not in seen:
            where = f"afterend:#{before[each.parent]}" if each.parent in before else f"afterbegin:#{each.parent}"
            yield Markup('<ol hx-swap-oob="{}">{}</ol>').format(where, each.html)
        elif seen[each.id] != each.state:
            yield each.marked("true")
        before[each.parent] = each.id
