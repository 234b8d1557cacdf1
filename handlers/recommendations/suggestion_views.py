"""What suggestions look like: to whoever said it and is asked, in the form, and to whoever put it forward."""

from typing import Any

from bot.rules.attribution import Attribution
from bot.rules.recommendations import NewRecommendation, one_line
from bot.rules.text import quote, safe
from handlers import ids
from handlers.blocks import View, actions, button, confirm, message, modal, section
from handlers.recommendations.views import Choices, Look, form_fields
from storage.suggestions import State, Suggestion


def build_asked(look: Look, found: Suggestion) -> dict[str, Any]:
    """Return the message to somebody whose words another person would like to see in the store."""
    _ = look._
    new = found.new
    if new is None:
        return build_settled(look, found.state, found.number)
    lines = [_head(look, new), quote(new.text, 2000), *_facts(look, new)]
    this = str(found.id)
    no = confirm(
        _("Leave it out?"),
        _("It is not proposed, and whoever put it forward is told."),
        _("Leave it out"),
        _("Not yet"),
    )
    row = actions(
        button(_("Confirm"), ids.SUGGESTION_CONFIRM, this, style="primary"),
        button(_("Change the wording"), ids.SUGGESTION_CHANGE, this),
        button(_("Leave it out"), ids.SUGGESTION_REFUSE, this, style="danger", confirm=no),
    )
    return message("\n".join(lines), [section("\n".join(lines)), row])


def _head(look: Look, new: NewRecommendation) -> str:
    _ = look._
    who = safe(look.name(new.proposer_member)) if new.proposer_member else _("the Secretariat")
    if new.author is None:
        said = _(
            "{who} would like to propose what your delegation said. It enters the store once you confirm the wording."
        )
    elif new.verbatim:
        said = _("{who} would like to propose what you said. It enters the store once you confirm the wording.")
    else:
        said = _(
            "{who} would like to propose what you said, in other words: confirm the wording, and it enters the store."
        )
    return said.format(who=f"*{who}*")


def _facts(look: Look, new: NewRecommendation) -> list[str]:
    _ = look._
    named = (
        _("It will name you and your delegation.")
        if new.attribution is Attribution.ATTRIBUTED
        else _("It will name your delegation, not you.")
    )
    asked = [_("In answer to: {question}").format(question=safe(one_line(new.question), 400))] if new.question else []
    return [*asked, named]


def build_settled(look: Look, state: State, number: int | None) -> dict[str, Any]:
    """Return what stands in that message's place once it is settled."""
    text = settled_words(look, state, number)
    return message(text, [section(text)])


def settled_words(look: Look, state: State, number: int | None) -> str:
    """Return what became of a suggestion, in words to whoever said it."""
    _ = look._
    if state is State.REFUSED:
        return _("You have left this out of the store.")
    if state is State.GONE:
        return _("What you said was taken back, so it is not proposed.")
    if number is None:
        return _("You have confirmed the wording; it is proposed without a name.")
    return _(
        "You have confirmed the wording; it is proposed as number {number}. See it, or take it back: {show}"
    ).format(number=number, show=f"`/wps-recommend show {number}`")


def build_outcome(look: Look, new: NewRecommendation, state: State, number: int | None) -> dict[str, Any]:
    """Return what whoever put a suggestion forward is told of what became of it."""
    _ = look._
    said = {
        State.REFUSED: _("What you put forward is left out of the store: its author does not wish it proposed."),
        State.GONE: _("What you put forward is not proposed: its author has taken it back."),
    }.get(state, _("What you put forward is confirmed by its author, and proposed without a name."))
    if number is not None:
        said = _("What you put forward is confirmed by its author, and proposed as number {number}: {show}").format(
            number=number, show=f"`/wps-recommend show {number}`"
        )
    words = [] if state is State.GONE else [quote(new.text, 500)]
    text = "\n".join([said, *words])
    return message(text, [section(text)])


def more_words(look: Look, count: int) -> str:
    """Return how many more suggestions wait for whoever is shown one."""
    return look._("Further ones that wait for you: {count}. Answer this one and type {command} again.").format(
        count=count, command="`/wps-recommend confirm`"
    )


def asked_words(look: Look) -> str:
    """Return what whoever puts something forward is told while its author is asked."""
    return look._("Its author is asked to confirm the wording. You are told when it has entered the store.")


def known_words(look: Look, state: State) -> str:
    """Return what somebody is told who puts forward what was put forward before."""
    _ = look._
    return {
        State.WAITING: _("This was put forward already; its author has not confirmed the wording yet."),
        State.CONFIRMED: _("This was put forward already, and its author has had it proposed without a name."),
        State.REFUSED: _("This was put forward before; its author does not wish it proposed."),
        State.GONE: _("This was put forward before, and its author has taken it back."),
    }[state]


def build_change_form(look: Look, found: Suggestion, choices: Choices) -> View:
    """Return the form in which its author gives a suggestion the wording in which it enters the store."""
    _ = look._
    blocks = [] if found.new is None else form_fields(look, found.new, choices)
    title, submit = _("Confirm the wording"), _("Propose")
    return modal(ids.SUGGESTION_FORM, title, blocks, submit=submit, close=_("Cancel"), metadata=str(found.id))
