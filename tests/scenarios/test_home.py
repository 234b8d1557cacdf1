"""The Home tab, for a focal point, the Secretariat, an observer and somebody unknown."""

from datetime import UTC, date, datetime, timedelta

from bot.rules.attribution import Attribution
from bot.rules.questions import NewQuestion
from bot.rules.reminders import Audience, Group, Schedule
from bot.rules.surveys import NewSurvey, Settings
from handlers.surveys import posts
from storage import outbox, reminders
from storage.outbox import State
from storage.reminders import NewReminder
from tests.harness import Harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message, View

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


async def home(bot: Harness, person: Person) -> View:
    """Open the Home tab and return what is shown."""
    await person.open_home()
    await bot.settle()
    assert person.home is not None
    return person.home


async def remind(bot: Harness, person: Person, text: str) -> None:
    """Have somebody reminded right now."""
    now = bot.clock.now()
    schedule = Schedule(now.replace(tzinfo=None), "", "UTC", exact=True)
    new = NewReminder(text, Audience(Group.PEOPLE, (person.id,)), schedule, person.id)
    async with bot.bot.focal.db.begin() as conn:
        await reminders.schedule(conn, new, now)
    await bot.at(now)


async def survey(bot: Harness, channel: str, questions: int = 2) -> None:
    """Start a survey in a channel."""
    now = bot.clock.now()
    asked = tuple(NewQuestion(f"Question about {n}?") for n in range(questions))
    settings = Settings("Deployment", "", channel, now + timedelta(days=7), Attribution.ATTRIBUTED)
    async with bot.bot.focal.db.begin() as conn:
        await posts.start(conn, bot.bot.focal, NewSurvey(settings, asked), "U0", None)
    await bot.settle()


async def test_a_focal_point_sees_their_place_and_what_is_known(bot: Harness) -> None:
    """Greeting, delegation with its contacts, the Troika, and that no next meeting is known."""
    ana = await bot.person("Ana Costa", "UY")
    await bot.contact({"member": "UY", "name": "Bruno Sosa", "role": "alternate", "email": "b@example.org"})

    shown = text_of(await home(bot, ana))

    assert "Hello Ana Costa" in shown
    assert "You speak for *Uruguay* in the WPS Focal Points Network." in shown
    assert "*My delegation: Uruguay*\n• *Ana Costa* – focal point – checked 2 March 2026" in shown
    assert "• *Bruno Sosa* – alternate – checked 2 March 2026" in shown
    assert "• Former presidency: *Japan* and *Norway* (co-chairs)" in shown
    assert "No next meeting is known to me yet." in shown
    assert "For the Secretariat" not in shown


async def test_somebody_unknown_learns_what_focal_is_and_whom_to_ask(bot: Harness) -> None:
    """A viewer who is linked to nobody is told what this is, who can link them, and what they can ask already."""
    sec = await bot.member_of_secretariat()
    robin = await bot.person("Robin New")

    shown = text_of(await home(bot, robin))

    assert "I am Focal, the app of the WPS Focal Points Network." in shown
    assert f"ask the Secretariat to link you: <@{sec.id}>" in shown
    assert "You can ask me already" in shown
    assert "What waits for you" not in shown


async def test_a_reminder_is_done_from_the_tab(bot: Harness) -> None:
    """Done on the Home tab takes the reminder off it and changes the DM; nobody else's tab has it."""
    ana = await bot.person("Ana Costa", "UY")
    await remind(bot, ana, "Call Namibia")
    before = await home(bot, ana)
    words = text_of(before)

    await ana.click(before, "Done")
    await bot.settle()

    assert "*My open reminders*\n• Call Namibia – due since Monday 2 March 2026, 10:00 (UTC)" in words
    assert ana.home is not None
    assert "Call Namibia" not in text_of(ana.home)
    assert text_of(ana.sees(ana.dm)[-1]).startswith(":white_check_mark: *Done*")


async def test_an_open_survey_can_be_answered_from_the_tab(bot: Harness) -> None:
    """Its questions are in a menu that opens the private answer; results are a button for those who may read them."""
    ana = await bot.person("Ana Costa", "UY")
    channel = bot.slack.add_channel("wps", [ana])
    await survey(bot, channel.id)
    shown = await home(bot, ana)

    await ana.click(shown, "survey_answer", option="2. Question about 1?")
    await bot.settle()
    form = text_of(ana.modal)
    await ana.click(shown, "Results")
    await bot.settle()

    assert "1 · *Deployment* in" in text_of(shown)
    assert "Survey 1, Deployment: open until" in text_of(shown)
    assert "Question about 1?" in form
    assert "Results of survey 1" in text_of(ana.sees(ana.dm)[-1])


async def test_a_question_is_asked_from_the_tab(bot: Harness) -> None:
    """The answer comes in the form, above an empty field for the next question."""
    ana = await bot.person("Ana Costa", "UY")
    shown = await home(bot, ana)
    await ana.click(shown, "Ask a question")
    await bot.settle()

    await ana.submit({"home_question": "Who chaired in 2019?"})
    first = text_of(ana.modal)
    await ana.submit({"home_question": "Who chaired in 2018?"})

    assert "Presidency 2019: *Namibia*" in first
    assert "Ask another question" in first
    assert "Presidency 2018: *Germany*" in text_of(ana.modal)
    assert "2019" not in text_of(ana.modal)


async def test_a_contact_that_nobody_checked_for_long_is_to_be_checked(bot: Harness) -> None:
    """After the network's half year the delegation is asked whether its contact is still right."""
    ana = await bot.person("Ana Costa", "UY")
    await bot.at(bot.clock.now() + timedelta(days=181))

    shown = text_of(await home(bot, ana))

    assert "• *Ana Costa* – focal point – please check whether this is still right" in shown


async def test_the_secretariat_sees_gaps_and_who_is_unlinked(bot: Harness) -> None:
    """Members whose focal point has left, contacts without a Slack user and those to be checked are named."""
    sec = await bot.member_of_secretariat()
    await bot.contact({"member": "GH", "name": "Efua Addo", "role": "focal point", "until": date(2025, 12, 31)})
    await bot.contact({"member": "UY", "name": "Bruno Sosa", "role": "focal point", "email": "b@example.org"})
    await bot.contact({"member": "UY", "name": "Old Hand", "role": "alternate", "updated_at": LONG_AGO})

    shown = text_of(await home(bot, sec))

    assert "• Members without a focal point: 1 – Ghana" in shown
    assert "• Contacts that are linked to nobody in Slack: 2 – Bruno Sosa (Uruguay), Old Hand (Uruguay)" in shown
    assert "• Contacts to be checked: 1" in shown


async def test_the_secretariat_sees_what_was_not_delivered(bot: Harness) -> None:
    """A message that was given up stands on the Secretariat's tab with where to and why, and goes out when asked."""
    sec = await bot.member_of_secretariat()
    closed = bot.slack.add_channel("closed", [sec], bot=False)
    calm = text_of(await home(bot, sec))
    async with bot.bot.focal.db.begin() as conn:
        await outbox.post(conn, "note", closed.id, {"text": "a canary"}, bot.clock.now())
    await bot.settle()
    shown = await home(bot, sec)

    closed.members.append(bot.slack.bot.id)
    await sec.click(shown, "Send again")
    await bot.settle()

    assert "Nothing to look after." in calm
    assert "Messages that could not be delivered: 1" in text_of(shown)
    assert f"to <#{closed.id}>, since Monday 2 March 2026" in text_of(shown)
    assert "I am not in the channel. Invite me" in text_of(shown)
    assert "canary" not in text_of(shown)
    assert [each.text for each in bot.slack.messages(closed)] == ["a canary"]
    assert "Nothing to look after." in text_of(sec.home)


async def test_only_the_secretariat_has_messages_sent_again(bot: Harness) -> None:
    """Somebody else to whom the Secretariat's tab was shown cannot use its button."""
    sec = await bot.member_of_secretariat()
    ana = await bot.person("Ana Costa", "UY")
    async with bot.bot.focal.db.begin() as conn:
        await outbox.post(conn, "lost", "C0NOWHERE", {"text": "x"}, bot.clock.now())
    await bot.settle()
    shown = await home(bot, sec)
    shown.user = ana.id
    bot.slack.team.homes[ana.id] = shown

    await ana.click(shown, "Send again")
    await bot.settle()

    async with bot.bot.focal.db.read() as conn:
        counts = await outbox.counts(conn)
    assert counts[State.DEAD] == 1


async def test_the_tab_stays_within_slack_s_limits(bot: Harness) -> None:
    """Many reminders, surveys and contacts with the longest texts still make a tab that Slack takes."""
    ana = await bot.person("Ana Costa", "UY")
    channel = bot.slack.add_channel("wps", [ana])
    for number in range(12):
        await bot.contact({"member": "UY", "name": "&" * 200, "role": "alternate", "email": f"{number}@example.org"})
        await remind(bot, ana, "&" * 2000)
        await survey(bot, channel.id, questions=20)

    shown = await home(bot, ana)

    assert len(shown.blocks) < 60
    assert "and 7 more: `/wps-troika`" in text_of(shown)


async def test_the_messages_tab_publishes_nothing(bot: Harness) -> None:
    """Opening the Messages tab shows no Home view."""
    ana = await bot.person("Ana Costa", "UY")

    await ana.open_home("messages")
    await bot.settle()

    assert ana.home is None


async def test_what_waits_names_due_reminders(bot: Harness) -> None:
    """`/wps` alone lists the reminders that are open."""
    ana = await bot.person("Ana Costa", "UY")
    await remind(bot, ana, "Call Namibia")

    answer = await ana.command("/wps")

    assert "• Call Namibia – due since Monday 2 March 2026, 10:00 (UTC)" in text_of(answer)


async def test_a_contact_is_confirmed_from_the_tab(bot: Harness) -> None:
    """What is to be checked of the own delegation has a button on the tab; once pressed it waits no more."""
    ana = await bot.person("Ana Costa", "UY")
    await bot.contact({"member": "UY", "name": "Bruno Sosa", "role": "alternate", "updated_at": LONG_AGO})

    await ana.click(await home(bot, ana), "Still right")
    await bot.settle()

    assert ana.home is not None
    assert "• *Bruno Sosa* – alternate – checked 2 March 2026" in text_of(ana.home)
    assert "Still right" not in text_of(ana.home)


async def test_ones_own_contact_waits_to_be_confirmed(bot: Harness) -> None:
    """Whoever has not confirmed their own contact for long reads so among what waits for them."""
    ana = await bot.person("Ana Costa", "UY")
    before = text_of(await home(bot, ana))

    bot.clock.advance(days=200)

    line = "• Is your contact still right? `/wps-contacts verify`"
    assert line not in before
    assert line in text_of(await home(bot, ana))


async def test_what_the_tab_shows_of_colleagues_is_noted(bot: Harness) -> None:
    """A title that only the Network may see is noted as seen when a colleague's tab shows it."""
    ana, bruno = await bot.person("Ana Costa", "UY"), await bot.person("Bruno Sosa")
    held = {"member": "UY", "name": "Bruno Sosa", "role": "alternate", "title": "Adviser", "phone": "+598 2 555 0100"}
    await bot.contact(held | {"user_id": bruno.id})

    await home(bot, ana)

    seen = await bruno.command("/wps-contacts seen")
    assert isinstance(seen, Message)
    assert seen.text.splitlines()[1:] == [f"• 2 March 2026: <@{ana.id}> saw Title"]
