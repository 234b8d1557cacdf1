"""What people see who ask nothing yet: how to ask, every command, and what waits for them."""

from collections.abc import Mapping, Sequence

from bot.rules.answers import LONGEST_QUESTION, Outcome, TooLong
from bot.rules.profile import Network
from bot.rules.text import Gettext, safe
from handlers.ask.views import Said
from handlers.blocks import context, section


def build_too_long(_: Gettext, asked: TooLong) -> Said:
    """Say that the text is too long for a question, and what to do."""
    said = _("This has {length} characters; a question may have {limit}. Please ask it in a sentence or two.").format(
        length=asked.length, limit=LONGEST_QUESTION
    )
    return Said(said, (section(said),), Outcome.NOTHING)


def build_nothing_asked(_: Gettext, network: Network) -> Said:
    """Say how to ask, to somebody who sent nothing that could be answered."""
    head = _("Ask me about {network} in a sentence, in any of the six UN languages. For example:")
    said = "\n".join([head.format(network=safe(_(network.short_name))), *_examples(_)])
    return Said(said, (section(said),), Outcome.NOTHING)


def _examples(_: Gettext) -> list[str]:
    examples = (
        _("Who chaired in 2019?"),
        _("Who is Namibia's focal point?"),
        _("What helps mothers of young children to deploy?"),
        _("When is the next meeting?"),
    )
    return [f"• `/wps {example}`" for example in examples]


def build_overview(_: Gettext, network: Network, waiting: Sequence[str]) -> Said:
    """Show what waits for the asker (lines of mrkdwn) and how to use Focal."""
    waits = list(waiting) or [_("Nothing waits for you.")]
    how = [
        _("*How to use me*"),
        _("Ask me anything about {network}: here, in a direct message, or by mentioning me in a channel.").format(
            network=safe(_(network.short_name))
        ),
        *_examples(_),
        _("Every command: `/wps help`"),
    ]
    blocks = (section("\n".join([_("*What waits for you*"), *waits])), section("\n".join(how)))
    return Said("\n".join([_("*What waits for you*"), *waits, *how]), blocks, Outcome.NOTHING)


def build_help(_: Gettext, network: Network) -> Said:
    """List every command in a sentence each, and say what becomes of questions."""
    lines = [f"• `{command}` – {sentence}" for command, sentence in _commands(_).items()]
    head = _("*What you can type in {network}*").format(network=safe(_(network.short_name)))
    foot = _("Questions work in a direct message to me and by mentioning me in a channel, too.")
    kept = _(
        "I keep what you ask for {days} days. The Secretariat sees questions I could not answer, without your name "
        "unless you pass them on."
    ).format(days=network.retention_days)
    said = "\n".join([head, *lines, foot, kept])
    return Said(said, (section("\n".join([head, *lines])), context(foot, kept)), Outcome.NOTHING)


def _commands(_: Gettext) -> Mapping[str, str]:
    return {
        "/wps": _("shows what waits for you and how to use me."),
        "/wps QUESTION": _(
            "answers from contacts, practices, recommendations, meetings and presidencies, with sources."
        ),
        "/wps [questions, practice]": _("shows the Secretariat what I could not answer, and adds what is known."),
        "/wps-contacts [member, name, region, role]": _("finds focal points; `history MEMBER` and `export` as well."),
        "/wps-survey [start, list, results N, remind N, close N, export N]": _(
            "runs surveys, each question a thread, one voice per delegation."
        ),
        "/wps-recommend [TEXT]": _("proposes a recommendation; `list`, `show N` and `export` find them again."),
        "/wps-troika": _(
            "shows the Troika and what is due; `call`, `duties`, `remind`, `reminders`, `history`, `set`."
        ),
        "/wps-meeting [next, list, show N, topics N, calendar N, new, edit N]": _("shows and plans meetings."),
        "/wps-communique [N]": _("shows the communiqués of the network."),
    }
