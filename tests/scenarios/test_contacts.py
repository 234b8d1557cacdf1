"""The directory as people meet it: found in any language, shown as far as they may see, kept true by those who may."""

import csv
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest

from storage import audit, contacts
from tests.harness import Harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message, View

DETAILS = {
    "title": "Director for Gender",
    "institution": "Ministry of Gender Equality",
    "phone": "+264 61 555 0100",
    "languages": "en, fr",
    "zone": "Africa/Windhoek",
}
PRIVATE = ("Director for Gender", "ndapewa@na.example", "+264 61 555 0100", "French", "Africa/Windhoek")


async def said(person: Person, text: str) -> Message:
    """Type a command and return the message it is answered with."""
    answer = await person.command(text)
    assert isinstance(answer, Message)
    return answer


async def opened(person: Person, text: str) -> str:
    """Type a command and return what the form reads that it opens."""
    answer = await person.command(text)
    assert isinstance(answer, View)
    return text_of(answer)


def form_of(person: Person) -> View:
    assert person.modal is not None
    return person.modal


async def clicked(bot: Harness, person: Person, where: Message | View, what: str) -> str:
    """Click, and return what the person reads last in their messages with the bot."""
    await person.click(where, what)
    await bot.settle()
    return text_of(person.sees(person.dm)[-1])


async def ndapewa(bot: Harness, **more: Any) -> None:
    """Put the focal point of Namibia into the directory."""
    row = {"member": "NA", "name": "Ndapewa Shikongo", "role": "focal point", "email": "ndapewa@na.example"}
    await bot.contact({**row, **DETAILS, **more})


async def held(bot: Harness, name: str) -> contacts.Contact:
    async with bot.bot.focal.db.read() as conn:
        everybody = await contacts.current(conn, bot.clock.now().date())
    return next(each for each in everybody if each.name == name)


async def a_focal_point(bot: Harness) -> Person:
    return await bot.person("Isidora Reyes", "CL")


@pytest.mark.parametrize(
    "query",
    [
        "Namibia",
        "namibie",
        "Намибия",
        "ناميبيا",
        "纳米比亚",
        "NA",
        "nam",
        "Namibbia",
        "the focal point of Namibia",
        "Who is Namibia's focal point?",
        "Shikongo",
        "shikongo ndapewa",
        "Shikogno",
        "Ндапева Шиконго",
        "gender equality",
        "Director for Gender",
        "focal points in Africa",
        "points focaux en Afrique francophones",
        "who speaks French in Africa?",
        "非洲协调人",
    ],
)
async def test_somebody_is_found_however_they_are_asked_for(bot: Harness, query: str) -> None:
    """Members in six languages, codes, names in other alphabets and with slips, institutions, roles and regions."""
    await ndapewa(bot)
    asker = await a_focal_point(bot)

    card = text_of(await said(asker, f"/wps-contacts {query}"))

    assert card.startswith("*Ndapewa Shikongo*\nfocal point, Namibia")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("Guinea", ["Guinea (GN)", "Guinea-Bissau (GW)", "Equatorial Guinea (GQ)", "Papua New Guinea (PG)"]),
        ("Congo", ["Democratic Republic of the Congo (CD)", "Congo (CG)"]),
        ("Korea", ["Democratic People's Republic of Korea (KP)", "Republic of Korea (KR)"]),
        ("Dominican", ["Dominica (DM)", "Dominican Republic (DO)"]),
        ("Nigera", ["Niger (NE)", "Nigeria (NG)"]),
    ],
)
async def test_an_ambiguous_name_is_asked_back(bot: Harness, query: str, names: list[str]) -> None:
    """A name that may mean several members is never guessed: each is offered."""
    await bot.contact({"member": "GN", "name": "Fatou", "role": "focal point"})
    asker = await a_focal_point(bot)

    answer = await said(asker, f"/wps-contacts {query}")

    assert answer.text.splitlines() == ["Which member do you mean?", *[f"• {name}" for name in names]]


async def test_the_choice_goes_on_with_the_rest_of_the_question(bot: Harness) -> None:
    """Whoever asked for a role in “Guinea” and chose one gets that role there."""
    await bot.contact({"member": "GQ", "name": "Pilar", "role": "focal point"})
    await bot.contact({"member": "GQ", "name": "Nsue", "role": "police gender adviser"})
    asker = await a_focal_point(bot)
    answer = await said(asker, "/wps-contacts police Guinea")

    card = await clicked(bot, asker, answer, "GQ:police Guinea")

    assert card.startswith("*Nsue*\npolice gender adviser, Equatorial Guinea")


async def test_of_two_members_with_like_names_the_other_is_offered(bot: Harness) -> None:
    """Whoever gets Niger's card may turn to Nigeria with one click."""
    await bot.contact({"member": "NE", "name": "Hadiza", "role": "focal point"})
    await bot.contact({"member": "NG", "name": "Amaka", "role": "focal point"})
    asker = await a_focal_point(bot)
    answer = await said(asker, "/wps-contacts Niger")

    card = await clicked(bot, asker, answer, "Did you mean Nigeria?")

    assert text_of(answer).startswith("*Hadiza*")
    assert card.startswith("*Amaka*\nfocal point, Nigeria")


async def test_several_are_a_list_with_pages_and_each_can_be_opened(bot: Harness) -> None:
    """Twelve people are shown ten to a page; the page turns in place, and a click opens a card."""
    for number in range(12):
        await bot.contact({"member": "NO", "name": f"Person {number:02d}", "role": "alternate"})
    asker = await a_focal_point(bot)
    first = await said(asker, "/wps-contacts Norge")
    read_first = text_of(first)

    second = await clicked(bot, asker, first, "Next")
    card = await clicked(bot, asker, asker.sees(asker.dm)[-1], "Open")

    assert "*Person 09*" in read_first
    assert "1 to 10 of 12" in read_first
    assert "Person 09" not in second
    assert "11 to 12 of 12" in second
    assert card.startswith("*Person 10*\nalternate, Norway")


async def test_nobody_found_offers_the_nearest_names(bot: Harness) -> None:
    """A name that is nobody's is answered with those nearest to it, people and members, and a hint."""
    await ndapewa(bot)
    asker = await a_focal_point(bot)

    answer = text_of(await said(asker, "/wps-contacts Shikongwana"))

    assert answer.startswith("I found nobody for “Shikongwana”.\nThe nearest I know:")
    assert "*Ndapewa Shikongo* – focal point, Namibia" in answer


async def test_a_member_without_anybody_is_said_to_be_a_gap(bot: Harness) -> None:
    """A member whose last term ended is a gap, with who was the last; only who may fill it is offered to."""
    await ndapewa(bot, until=date(2025, 12, 31))
    asker, secretariat = await a_focal_point(bot), await bot.member_of_secretariat()

    to_asker = await said(asker, "/wps-contacts Namibia")
    to_secretariat = await said(secretariat, "/wps-contacts Namibia")

    assert text_of(to_asker).startswith("*Namibia* has no current contact: this is a gap.")
    assert "Ndapewa Shikongo, focal point, from 1 January 2020 to 31 December 2025" in text_of(to_asker)
    assert "Add a contact" not in text_of(to_asker)
    assert "Add a contact" in text_of(to_secretariat)


async def test_history_tells_who_held_which_role_when(bot: Harness) -> None:
    """The history of a member names everybody with their dates, the newest first, and nothing of how to reach them."""
    await ndapewa(bot, until=date(2025, 12, 31))
    await bot.contact({"member": "NA", "name": "Tuli", "role": "focal point", "since": date(2026, 1, 1)})
    asker = await a_focal_point(bot)

    answer = text_of(await said(asker, "/wps-contacts history Namibie"))

    assert answer.splitlines()[1:3] == [
        "• focal point: *Tuli*, since 1 January 2026",
        "• focal point: *Ndapewa Shikongo*, from 1 January 2020 to 31 December 2025",
    ]
    assert "@" not in answer


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (None, False),
        ("observer", False),
        ("military gender adviser", False),
        ("focal point", True),
        ("alternate", True),
        ("secretariat", True),
    ],
)
async def test_a_card_shows_what_its_reader_may_see(bot: Harness, role: str | None, seen: bool) -> None:
    """Strangers, observers and advisers read the public fields of others; the Network and the Secretariat the rest."""
    await ndapewa(bot)
    asker = await bot.person("Some One", "CL" if role else None, role or "")

    card = text_of(await said(asker, "/wps-contacts Namibia"))

    assert "Ministry of Gender Equality" in card
    assert [value for value in PRIVATE if value in card] == (list(PRIVATE) if seen else [])


async def test_a_field_that_may_not_be_seen_finds_nobody(bot: Harness) -> None:
    """Titles and languages are the Network's: a stranger who searches by them learns nothing."""
    await ndapewa(bot)
    stranger = await bot.person("Some One")

    by_title = text_of(await said(stranger, "/wps-contacts Director for Gender"))
    by_language = text_of(await said(stranger, "/wps-contacts speaks French"))

    assert by_title.startswith("I found nobody")
    assert by_language.startswith("You cannot see this field here.")


async def test_without_a_text_there_is_the_own_delegation_and_help(bot: Harness) -> None:
    """An empty command shows a focal point their own card and how to search, a stranger that they are linked to none."""
    ana, stranger = await bot.person("Ana Costa", "UY"), await bot.person("Some One")

    to_ana, to_stranger = text_of(await said(ana, "/wps-contacts")), text_of(await said(stranger, "/wps-contacts"))

    assert to_ana.startswith("*Ana Costa*\nfocal point, Uruguay")
    assert "`/wps-contacts add`" in to_ana
    assert to_stranger.startswith("You are not linked to a delegation yet.")
    assert "*How to search*" in to_stranger
    assert "`/wps-contacts add`" not in to_stranger


async def test_the_secretariat_sees_gaps_and_what_needs_a_look(bot: Harness) -> None:
    """The Secretariat's empty command names the members without a focal point and counts what needs attention."""
    await ndapewa(bot, until=date(2025, 12, 31))
    await bot.contact({"member": "CL", "name": "Isi", "role": "alternate", "verified_on": date(2025, 1, 1)})
    secretariat = await bot.member_of_secretariat()

    answer = text_of(await said(secretariat, "/wps-contacts"))
    stale = text_of(await said(secretariat, "/wps-contacts unverified"))

    assert "Members without a focal point (2): Chile, Namibia" in answer
    assert "Contacts not verified in time: 1" in answer
    assert "*Isi* – alternate, Chile" in stale


@pytest.mark.parametrize("which", ["unverified", "unlinked"])
async def test_what_needs_a_look_is_the_secretariats(bot: Harness, which: str) -> None:
    """The lists of what needs attention are refused to everybody else."""
    asker = await a_focal_point(bot)

    answer = text_of(await said(asker, f"/wps-contacts {which}"))

    assert "NOT-ALLOWED" in answer


async def test_a_focal_point_adds_somebody_of_their_delegation(bot: Harness) -> None:
    """The form names the delegation and lets nobody choose another; the new contact is linked and in the log."""
    isidora = await a_focal_point(bot)
    camila = await bot.person("Camila Rojas", email="camila@cl.example")
    form = await opened(isidora, "/wps-contacts add")

    errors = await isidora.submit(
        {"name": "Camila Rojas", "role": "alternate", "email": "camila@cl.example", "languages": "español, inglés"}
    )

    stored = await held(bot, "Camila Rojas")
    async with bot.bot.focal.db.read() as conn:
        log = await audit.of_subject(conn, f"contact {stored.id}")
    assert "*Chile*" in form
    assert errors == {}
    assert (stored.member, stored.user_id, stored.languages) == ("CL", camila.id, "es, en")
    assert [entry.actor for entry in log] == [isidora.id, camila.id, isidora.id]


async def test_what_is_wrong_is_said_beside_each_field(bot: Harness) -> None:
    """A form with faults stays open, names each fault at its field, and changes nothing."""
    secretariat = await bot.member_of_secretariat()
    await opened(secretariat, "/wps-contacts add")
    wrong = {"member": "Guinea", "name": "Ana", "email": "ana at home", "phone": "call me", "zone": "Paris"}

    errors = await secretariat.submit(wrong)

    assert set(errors) == {"member", "email", "phone", "zone"}
    assert "GN (Guinea)" in errors["member"]
    assert "I found nobody" in text_of(await said(secretariat, "/wps-contacts Ana"))


async def test_nobody_gives_roles_beyond_their_delegation(bot: Harness) -> None:
    """A focal point is offered no role of the Secretariat or of observers, and a forged form gets none."""
    isidora, ana = await a_focal_point(bot), await bot.person("Ana Costa", "CL", "alternate")
    secretariat = await bot.member_of_secretariat()
    await opened(isidora, "/wps-contacts add")
    await opened(secretariat, "/wps-contacts add")
    elements = [block.get("element", {}) for block in form_of(isidora).blocks]

    form_of(isidora).body["blocks"] = form_of(secretariat).blocks
    await isidora.submit({"member": "CL", "name": "Mole", "role": "secretariat"})

    offered = {option["value"] for element in elements for option in element.get("options", [])}
    assert "alternate" in offered
    assert not {"secretariat", "observer"} & offered
    assert "NOT-ALLOWED" in text_of(isidora.modal)
    assert not (await bot.bot.focal.who(ana.id)).is_secretariat


async def test_a_change_is_kept_with_before_and_after(bot: Harness) -> None:
    """The Secretariat changes anybody's contact; the log tells what stood there before."""
    await ndapewa(bot)
    secretariat = await bot.member_of_secretariat()
    form = await opened(secretariat, "/wps-contacts edit Namibia")

    errors = await secretariat.submit({"title": "Executive Director", "phone": ""})

    stored = await held(bot, "Ndapewa Shikongo")
    async with bot.bot.focal.db.read() as conn:
        log = await audit.of_subject(conn, f"contact {stored.id}")
    assert "Director for Gender" in form
    assert errors == {}
    assert (stored.title, stored.phone, stored.email) == ("Executive Director", "", "ndapewa@na.example")
    assert log[-1].details == {
        "before": {"title": "Director for Gender", "phone": "+264 61 555 0100"},
        "after": {"title": "Executive Director", "phone": ""},
    }


async def test_two_people_who_change_one_contact_do_not_overwrite_each_other(bot: Harness) -> None:
    """The second to save a form that was opened before the first saved is told so; the first one's change stands."""
    await ndapewa(bot)
    one, other = await bot.member_of_secretariat("Sec One"), await bot.member_of_secretariat("Sec Two")
    await opened(one, "/wps-contacts edit Namibia")
    await opened(other, "/wps-contacts edit Namibia")

    await one.submit({"phone": "+264 61 1111"})
    await other.submit({"title": "Somebody else"})

    stored = await held(bot, "Ndapewa Shikongo")
    assert "CHANGED" in text_of(other.modal)
    assert (stored.phone, stored.title) == ("+264 61 1111", "Director for Gender")


@pytest.mark.parametrize("verb", ["edit", "verify"])
@pytest.mark.parametrize("role", [None, "observer", "military gender adviser", "focal point", "alternate"])
async def test_other_delegations_are_not_changed(bot: Harness, verb: str, role: str | None) -> None:
    """Nobody but the Secretariat changes or verifies the contact of another delegation, by command or by button."""
    await ndapewa(bot)
    asker = await bot.person("Some One", "CL" if role else None, role or "")
    secretariat = await bot.member_of_secretariat()
    card = asker.handed(await said(secretariat, "/wps-contacts Namibia"))

    by_command = text_of(await said(asker, f"/wps-contacts {verb} Namibia"))
    by_button = await clicked(bot, asker, card, "Change" if verb == "edit" else "Still right")

    assert "NOT-ALLOWED" in by_command
    assert "NOT-ALLOWED" in by_button
    assert (asker.modal, (await held(bot, "Ndapewa Shikongo")).verified_on) == (None, None)


async def test_a_right_that_is_lost_while_a_form_is_open_is_gone(bot: Harness) -> None:
    """Rights are checked when a form is submitted: whose term ended meanwhile changes nothing."""
    await bot.contact({"member": "CL", "name": "Camila", "role": "alternate"})
    isidora = await a_focal_point(bot)
    await opened(isidora, "/wps-contacts edit Camila")
    async with bot.bot.focal.db.begin() as conn:
        mine = (await contacts.of_person(conn, isidora.id, bot.clock.now().date()))[0]
        await contacts.change(conn, mine.id, mine.version, {"until": date(2026, 2, 1)}, "U0", bot.clock.now())

    await isidora.submit({"title": "Boss"})

    assert "NOT-ALLOWED" in text_of(isidora.modal)
    assert (await held(bot, "Camila")).title == ""


async def test_a_successor_is_added_and_not_written_over(bot: Harness) -> None:
    """Writing another person's name over a contact is refused, so that the history stays true."""
    await bot.contact({"member": "CL", "name": "Camila Rojas", "role": "alternate"})
    isidora = await a_focal_point(bot)
    await opened(isidora, "/wps-contacts edit Camila")

    errors = await isidora.submit({"name": "Joaquín Paredes"})

    assert set(errors) == {"name"}


async def test_ending_a_term_keeps_it_in_the_history(bot: Harness) -> None:
    """A contact whose last day has passed leaves the directory and stays in its member's history."""
    await bot.contact({"member": "CL", "name": "Camila Rojas", "role": "alternate"})
    isidora = await a_focal_point(bot)
    await opened(isidora, "/wps-contacts edit Camila")
    await isidora.submit({"until": "2026-03-01"})

    listed = text_of(await said(isidora, "/wps-contacts Chile"))
    past = text_of(await said(isidora, "/wps-contacts history"))

    assert "Camila" not in listed
    assert "• alternate: *Camila Rojas*, from 1 January 2020 to 1 March 2026" in past


async def test_an_adviser_keeps_their_own_details_true(bot: Harness) -> None:
    """Whoever is a contact may correct their own details, but neither role nor term, and sees all that is kept of them."""
    adviser = await bot.person("Nils Holm", "NO", "military gender adviser")
    await opened(adviser, "/wps-contacts edit")
    blocks = {block.get("block_id") for block in form_of(adviser).blocks}

    errors = await adviser.submit({"phone": "+47 5550 0100"})

    card = text_of(await said(adviser, "/wps-contacts Nils"))
    assert (errors, {"role", "until"} & blocks) == ({}, set())
    assert "+47 5550 0100" in card
    assert "Verified on 2 March 2026." in card


async def test_a_contact_is_verified_with_a_click(bot: Harness) -> None:
    """*Still right* on a card says when it was verified, in its place, and in the log."""
    isidora = await a_focal_point(bot)
    card = await said(isidora, "/wps-contacts Chile")
    before = text_of(card)

    after = await clicked(bot, isidora, card, "Still right")

    assert "Never verified" in before
    assert "Verified on 2 March 2026." in after


@pytest.mark.parametrize(
    ("role", "addresses"), [("", {""}), ("focal point", {"", "ndapewa@na.example", "some.one@example.org"})]
)
async def test_an_export_comes_as_a_file_with_what_its_reader_may_see(
    bot: Harness, role: str, addresses: set[str]
) -> None:
    """The file in the asker's messages holds the fields they may see, and text that a spreadsheet will not run."""
    await ndapewa(bot)
    await bot.contact({"member": "CL", "name": "=cmd()", "role": "alternate", "email": ""})
    asker = await bot.person("Some One", "CL" if role else None, role)

    await asker.command("/wps-contacts export")
    await bot.settle()

    file = bot.slack.team.files[asker.sees(asker.dm)[-1].files[0]]
    rows = list(csv.DictReader(StringIO(file.content.decode())))
    assert {row["email"] for row in rows} == addresses
    assert "'=cmd()" in {row["name"] for row in rows}


@pytest.mark.parametrize(
    "text", ["!!!", "x" * 3000, "<!channel> <@U123>", "history", "history Guinea", "verify nobody", "export pdf", "add"]
)
async def test_every_text_gets_an_answer(bot: Harness, text: str) -> None:
    """Whatever is typed is answered without pinging anybody, and nothing changes."""
    stranger = await bot.person("Some One")

    answer = await said(stranger, f"/wps-contacts {text}")

    assert answer.text
    assert "<!channel>" not in answer.text
    assert "F-" not in answer.text


async def test_a_name_pings_nobody(bot: Harness) -> None:
    """A contact called like a ping or a link is shown as the text that it is."""
    await bot.contact({"member": "NA", "name": "<!channel> *x* <https://evil.example|y>", "role": "focal point"})
    asker = await a_focal_point(bot)

    answer = text_of(await said(asker, "/wps-contacts Namibia"))

    assert "&lt;!channel&gt;" in answer
    assert "<https" not in answer


async def test_the_secretariat_hears_when_a_contact_leaves_slack(bot: Harness) -> None:
    """A deactivated focal point loses their rights at once, and the Secretariat is told once, with a way to act."""
    isidora, secretariat = await a_focal_point(bot), await bot.member_of_secretariat()

    await isidora.change_profile(deleted=True)
    await isidora.change_profile(tz="UTC")
    await bot.settle()

    (told,) = secretariat.sees(secretariat.dm)
    await secretariat.click(told, "Change")
    assert "*Isidora Reyes* – focal point, Chile" in text_of(told)
    assert "Change a contact" in text_of(secretariat.modal)
    assert (await bot.bot.focal.who(isidora.id)).roles == frozenset()


async def test_a_changed_address_follows_into_the_links(bot: Harness) -> None:
    """Who changes their address in Slack to that of a contact becomes it, and is no longer who they were."""
    await bot.contact({"member": "NO", "name": "Liv", "role": "alternate", "email": "liv@no.example"})
    isidora, secretariat = await a_focal_point(bot), await bot.member_of_secretariat()

    await isidora.change_profile(email="liv@no.example")
    await bot.settle()

    assert (await bot.bot.focal.who(isidora.id)).member == "NO"
    assert "no longer linked" in text_of(secretariat.sees(secretariat.dm)[-1])


async def test_another_name_in_slack_changes_no_link(bot: Harness) -> None:
    """A new name or zone is kept, and nobody is told of it."""
    isidora, secretariat = await a_focal_point(bot), await bot.member_of_secretariat()

    await isidora.change_profile(real_name="Isidora Reyes Soto", tz="Asia/Tokyo")
    await bot.settle()

    actor = await bot.bot.focal.who(isidora.id)
    assert (actor.name, actor.zone, actor.member) == ("Isidora Reyes Soto", "Asia/Tokyo", "CL")
    assert secretariat.sees(secretariat.dm) == []


async def test_people_are_asked_whether_their_contact_is_still_right(bot: Harness) -> None:
    """After the network's period its person gets their card with two buttons, in their working hours, once."""
    isidora = await bot.person("Isidora Reyes", "CL", tz="America/Santiago")

    await bot.at(datetime(2026, 8, 31, 23, 30, tzinfo=UTC))
    at_night = len(isidora.sees(isidora.dm))
    await bot.at(datetime(2026, 9, 1, 15, 0, tzinfo=UTC))
    await bot.at(datetime(2026, 9, 2, 15, 0, tzinfo=UTC))

    (asked,) = isidora.sees(isidora.dm)
    assert at_night == 0
    assert text_of(asked).startswith("*Is this still right?*")
    assert "isidora.reyes@example.org" in text_of(asked)


async def test_still_right_ends_the_asking(bot: Harness) -> None:
    """Whoever answers *still right* is asked again only when the period is over anew."""
    isidora = await a_focal_point(bot)
    await bot.at(datetime(2026, 9, 1, 15, 0, tzinfo=UTC))

    await isidora.click(isidora.sees(isidora.dm)[-1], "Still right")
    await bot.at(datetime(2026, 10, 1, 15, 0, tzinfo=UTC))
    quiet = len(isidora.sees(isidora.dm))
    await bot.at(datetime(2027, 3, 2, 15, 0, tzinfo=UTC))

    assert (quiet, len(isidora.sees(isidora.dm))) == (1, 2)
    assert "Verified on 1 September 2026." in text_of(isidora.sees(isidora.dm)[0])


async def test_silence_is_followed_up_once_and_then_told(bot: Harness) -> None:
    """Who does not answer is asked once more after two weeks; after two more the Secretariat hears of it, once."""
    isidora = await a_focal_point(bot)
    secretariat = await bot.member_of_secretariat()
    bot.clock.jump(datetime(2026, 8, 28, 15, 0, tzinfo=UTC))
    await said(secretariat, "/wps-contacts verify")

    for day in (1, 2, 15, 16, 29, 30):
        await bot.at(datetime(2026, 9, day, 15, 0, tzinfo=UTC))

    told = [text_of(message) for message in secretariat.sees(secretariat.dm)[1:]]
    asked = [text_of(message).split("*")[1] for message in isidora.sees(isidora.dm)]
    assert asked == ["Is this still right?", "A reminder: is this still right?"]
    assert [("*Unverified contacts*" in text, "*Isidora Reyes*" in text) for text in told] == [(True, True)]


async def test_a_change_answers_the_asking(bot: Harness) -> None:
    """Whoever corrects their contact from the message has thereby said that it is right."""
    isidora = await a_focal_point(bot)
    await bot.at(datetime(2026, 9, 1, 15, 0, tzinfo=UTC))

    await isidora.click(isidora.sees(isidora.dm)[-1], "Change")
    await isidora.submit({"phone": "+56 2 5550 0101"})
    await bot.at(datetime(2026, 10, 1, 15, 0, tzinfo=UTC))

    stored = await held(bot, "Isidora Reyes")
    assert (stored.phone, stored.verified_on) == ("+56 2 5550 0101", date(2026, 9, 1))
    assert len(isidora.sees(isidora.dm)) == 1


async def test_a_person_chooses_who_may_see_what(bot: Harness) -> None:
    """What somebody keeps for the Secretariat is seen there alone; what they open to all, with their consent, by all."""
    nils, reader = await bot.person("Nils Holm", "NO"), await a_focal_point(bot)
    stranger = await bot.person("Some One")
    await opened(nils, "/wps-contacts edit")
    await nils.submit({"phone": "+47 5550 0100"})
    card = await said(nils, "/wps-contacts Nils")

    await nils.click(card, "Who may see this")
    await nils.submit({"phone": "secretariat", "email": "public"})

    by_network = text_of(await said(reader, "/wps-contacts Nils"))
    by_stranger = text_of(await said(stranger, "/wps-contacts Nils"))
    own = text_of(await said(nils, "/wps-contacts Nils"))
    assert ("+47 5550 0100" in by_network, "+47 5550 0100" in own) == (False, True)
    assert "nils.holm@example.org" in by_stranger
    assert "(agreed on 2 March 2026)" in own


async def test_the_secretariat_needs_a_day_of_consent_to_show_more(bot: Harness) -> None:
    """For somebody else the Secretariat says on which day they agreed, or shows no more than usual."""
    await ndapewa(bot)
    secretariat = await bot.member_of_secretariat()
    await secretariat.click(await said(secretariat, "/wps-contacts Namibia"), "Who may see this")

    without = await secretariat.submit({"email": "public"})
    future = await secretariat.submit({"email": "public", "consent": "2026-03-03"})
    given = await secretariat.submit({"email": "public", "consent": "2026-02-27"})

    stored = await held(bot, "Ndapewa Shikongo")
    assert (set(without), set(future), given) == ({"consent"}, {"consent"}, {})
    assert (dict(stored.audiences), stored.consent_on) == ({"email": "public"}, date(2026, 2, 27))


async def test_nobody_else_chooses_who_may_see_what(bot: Harness) -> None:
    """Not even the focal point of the own delegation opens somebody's fields to others."""
    await bot.contact({"member": "CL", "name": "Camila", "role": "alternate", "email": "c@cl.example"})
    isidora, secretariat = await a_focal_point(bot), await bot.member_of_secretariat()
    card = isidora.handed(await said(secretariat, "/wps-contacts Camila"))

    answer = await clicked(bot, isidora, card, "Who may see this")

    assert "NOT-ALLOWED" in answer


async def test_somebody_can_ask_who_saw_their_fields(bot: Harness) -> None:
    """Whoever saw fields that are not public is named to their person, with the day; a list and one's own look are not."""
    nils, reader = await bot.person("Nils Holm", "NO"), await a_focal_point(bot)
    stranger = await bot.person("Some One")
    await said(nils, "/wps-contacts Nils")
    await said(stranger, "/wps-contacts Nils")
    before = text_of(await said(nils, "/wps-contacts seen"))

    await said(reader, "/wps-contacts Nils")
    await said(reader, "/wps-contacts Nils")
    after = text_of(await said(nils, "/wps-contacts seen"))

    assert "Nobody has looked" in before
    assert after.splitlines()[1:] == [f"• 2 March 2026: <@{reader.id}> saw E-mail"]


async def test_what_was_seen_is_forgotten_after_the_networks_time(bot: Harness) -> None:
    """Who saw what is kept as long as the network keeps such things, and no longer."""
    nils, reader = await bot.person("Nils Holm", "NO"), await a_focal_point(bot)
    await said(reader, "/wps-contacts Nils")

    await bot.at(datetime(2027, 3, 4, 10, 0, tzinfo=UTC))

    assert "Nobody has looked" in text_of(await said(nils, "/wps-contacts seen"))


async def test_the_secretariat_links_people_of_other_workspaces_by_hand(bot: Harness) -> None:
    """Who belongs to another workspace becomes a contact only by the Secretariat's hand, and can be unlinked again."""
    await ndapewa(bot)
    guest = await bot.person("Guest One", email="ndapewa@na.example", team_id="T0OTHER")
    secretariat = await bot.member_of_secretariat()
    by_address = (await bot.bot.focal.who(guest.id)).member

    await opened(secretariat, "/wps-contacts edit Namibia")
    await secretariat.submit({"person": guest.id})
    by_hand = (await bot.bot.focal.who(guest.id)).member
    await opened(secretariat, "/wps-contacts edit Namibia")
    await secretariat.submit({"person": None})

    assert (by_address, by_hand, (await bot.bot.focal.who(guest.id)).member) == (None, "NA", None)


async def test_a_delegation_does_not_link_people_by_hand(bot: Harness) -> None:
    """A focal point's form offers no choice of who somebody is in Slack."""
    await bot.contact({"member": "CL", "name": "Camila", "role": "alternate"})
    isidora = await a_focal_point(bot)

    await opened(isidora, "/wps-contacts edit Camila")

    assert "person" not in {block.get("block_id") for block in form_of(isidora).blocks}
