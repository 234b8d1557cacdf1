"""Who may do what: the one table, asked before every change and again when it is submitted."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.rules.presidency import Troika
from bot.rules.problems import NotAllowed, Words
from bot.rules.text import N_


class Role(StrEnum):
    """What a person is in the network; Troika and presidency follow from the presidencies of the day."""

    SECRETARIAT = "secretariat"
    PRESIDENCY = "presidency"
    TROIKA = "troika"
    FOCAL_POINT = "focal point"
    OBSERVER = "observer"


class Deed(StrEnum):
    """What can be done, in the words of the refusal that a person reads."""

    SEE_NETWORK_FIELDS = N_("see this field")
    SEE_ALL_FIELDS = N_("see every field")
    CHANGE_ANY_CONTACT = N_("change contacts of other delegations")
    CHANGE_OWN_CONTACTS = N_("change contacts")
    START_SURVEY = N_("start or close a survey")
    ANSWER = N_("answer a survey")
    ANSWER_FOR = N_("record an answer on a delegation's behalf")
    PROPOSE = N_("propose a recommendation")
    ENDORSE = N_("endorse a recommendation")
    REVIEW = N_("review recommendations")
    PUBLISH = N_("draft a communiqué or put it under silence")
    BREAK_SILENCE = N_("break a silence")
    FOLLOW_UP = N_("ask for progress")
    REPORT = N_("report progress")
    SCHEDULE = N_("schedule reminders")
    STEER_DUTIES = N_("change duties")
    PLAN_MEETINGS = N_("plan meetings")
    PROPOSE_TOPICS = N_("propose topics")
    SUPPORT_TOPICS = N_("support a topic")
    CHOOSE_TOPICS = N_("choose topics")
    PROPOSE_CALLS = N_("propose a call")
    ATTEND = N_("say whether your delegation comes")
    SET_PRESIDENCY = N_("set a presidency")
    ANSWER_QUESTIONS = N_("work on open questions")
    SEND_AGAIN = N_("have messages sent again")
    EXPORT_ALL = N_("export everything")
    ERASE = N_("erase a person")


_VOICES = frozenset({Role.PRESIDENCY, Role.TROIKA, Role.FOCAL_POINT})
_TABLE: dict[Deed, frozenset[Role]] = {
    Deed.SEE_NETWORK_FIELDS: _VOICES | {Role.SECRETARIAT},
    Deed.SEE_ALL_FIELDS: frozenset({Role.SECRETARIAT}),
    Deed.CHANGE_ANY_CONTACT: frozenset({Role.SECRETARIAT}),
    Deed.CHANGE_OWN_CONTACTS: _VOICES | {Role.SECRETARIAT},
    Deed.START_SURVEY: frozenset({Role.SECRETARIAT, Role.PRESIDENCY, Role.TROIKA}),
    Deed.ANSWER: _VOICES | {Role.OBSERVER},
    Deed.ANSWER_FOR: frozenset({Role.SECRETARIAT}),
    Deed.PROPOSE: _VOICES | {Role.SECRETARIAT, Role.OBSERVER},
    Deed.ENDORSE: _VOICES,
    Deed.REVIEW: frozenset({Role.SECRETARIAT, Role.PRESIDENCY}),
    Deed.PUBLISH: frozenset({Role.SECRETARIAT, Role.PRESIDENCY}),
    Deed.BREAK_SILENCE: _VOICES,
    Deed.FOLLOW_UP: frozenset({Role.SECRETARIAT, Role.PRESIDENCY, Role.TROIKA}),
    Deed.REPORT: _VOICES,
    Deed.SCHEDULE: frozenset({Role.SECRETARIAT, Role.PRESIDENCY, Role.TROIKA}),
    Deed.STEER_DUTIES: frozenset({Role.SECRETARIAT, Role.PRESIDENCY, Role.TROIKA}),
    Deed.PLAN_MEETINGS: frozenset({Role.SECRETARIAT, Role.PRESIDENCY, Role.TROIKA}),
    Deed.PROPOSE_TOPICS: _VOICES | {Role.SECRETARIAT, Role.OBSERVER},
    Deed.SUPPORT_TOPICS: _VOICES,
    Deed.CHOOSE_TOPICS: frozenset({Role.PRESIDENCY, Role.TROIKA}),
    Deed.PROPOSE_CALLS: frozenset({Role.SECRETARIAT, Role.PRESIDENCY, Role.TROIKA}),
    Deed.ATTEND: _VOICES | {Role.OBSERVER},
    Deed.SET_PRESIDENCY: frozenset({Role.SECRETARIAT}),
    Deed.ANSWER_QUESTIONS: frozenset({Role.SECRETARIAT}),
    Deed.SEND_AGAIN: frozenset({Role.SECRETARIAT}),
    Deed.EXPORT_ALL: frozenset({Role.SECRETARIAT}),
    Deed.ERASE: frozenset({Role.SECRETARIAT}),
}
_WHO = {
    Role.SECRETARIAT: N_("the Secretariat"),
    Role.PRESIDENCY: N_("the presidency"),
    Role.TROIKA: N_("the Troika"),
    Role.FOCAL_POINT: N_("focal points"),
    Role.OBSERVER: N_("observers"),
}


@dataclass(frozen=True)
class Actor:
    """The acting person as of now: who Slack says they are, and what the network makes of them.

    `member` is the code of their delegation, None for a person who is linked to none; `zone` an IANA name.
    """

    user_id: str
    name: str
    member: str | None = None
    roles: frozenset[Role] = frozenset()
    zone: str = "UTC"
    locale: str = "en-US"
    external: bool = False

    @property
    def is_observer(self) -> bool:
        """Tell whether this person only observes: counted apart and without a delegation's voice."""
        return Role.OBSERVER in self.roles and not self.roles & _VOICES

    @property
    def is_secretariat(self) -> bool:
        """Tell whether this person serves in the Secretariat."""
        return Role.SECRETARIAT in self.roles


def roles_of(*, member: str | None, voices: bool, observer: bool, secretariat: bool, troika: Troika) -> frozenset[Role]:
    """Return a person's roles from their links and the Troika of the day.

    `voices` says that they are a current focal point or alternate of `member`; only those share in its chair.
    """
    roles: set[Role] = set()
    if secretariat:
        roles.add(Role.SECRETARIAT)
    if observer:
        roles.add(Role.OBSERVER)
    if voices and member:
        roles.add(Role.FOCAL_POINT)
        if troika.current and member in troika.current.members:
            roles.add(Role.PRESIDENCY)
        if member in troika.members:
            roles.add(Role.TROIKA)
    return frozenset(roles)


def may(roles: Iterable[Role], deed: Deed) -> bool:
    """Tell whether any of `roles` allows `deed`."""
    return not _TABLE[deed].isdisjoint(roles)


def who_may(deed: Deed) -> Words:
    """Return in words who may do `deed`, in the table's order."""
    return Words(words for role, words in _WHO.items() if role in _TABLE[deed])


def brought_by(role: Role) -> tuple[Deed, ...]:
    """Return what `role` lets a focal point do beyond what every focal point may."""
    return tuple(deed for deed, roles in _TABLE.items() if role in roles and Role.FOCAL_POINT not in roles)


def require(actor: Actor, deed: Deed) -> None:
    """Raise NotAllowed, saying who may, unless `actor` may do `deed`."""
    if not may(actor.roles, deed):
        raise NotAllowed(
            "You cannot {deed} here.", "This is open to: {who}.", deed=Words((deed.value,)), who=who_may(deed)
        )


def require_voice(actor: Actor, deed: Deed) -> str:
    """Return the member for which `actor` speaks in `deed`; raise NotAllowed if they may not or speak for nobody."""
    require(actor, deed)
    if actor.member is None:
        raise NotAllowed("You are not linked to a delegation yet.", "Ask the Secretariat to link you to your contact.")
    return actor.member
