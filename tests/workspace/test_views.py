"""Modals and Home tabs open, stack and change as Slack lets them."""

from typing import Any

from bot.clock import Clock
from tests.workspace.conftest import App
from workspace.driver import Workspace
from workspace.person import Person


def form(title: str = "Form", **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": [{"type": "divider"}]} | more


async def opened(app: App, person: Person, **more: Any) -> dict[str, Any]:
    trigger = app.slack.deliveries.trigger(person.id)
    view: dict[str, Any] = (await app.call("views.open", trigger_id=trigger, view=form(**more)))["view"]
    return view


async def test_a_trigger_opens_one_form(app: App, slack: Workspace) -> None:
    """A trigger id is exchanged for a form once, and a made-up one never."""
    ana = slack.add_user("Ana Example")
    trigger = slack.deliveries.trigger(ana.id)

    errors = [await app.error("views.open", trigger_id=trigger, view=form()) for _ in range(2)]

    assert errors == ["", "exchanged_trigger_id"]
    assert await app.error("views.open", trigger_id="1.2", view=form()) == "invalid_trigger_id"


async def test_a_trigger_ends_after_three_seconds(app: App, slack: Workspace, clock: Clock) -> None:
    """A trigger works for three seconds and no longer."""
    ana = slack.add_user("Ana Example")
    in_time, late = slack.deliveries.trigger(ana.id), slack.deliveries.trigger(ana.id)

    clock.advance(seconds=3)
    first = await app.error("views.open", trigger_id=in_time, view=form("In time"))
    clock.advance(seconds=0.1)
    second = await app.error("views.open", trigger_id=late, view=form("Late"))

    assert (first, second) == ("", "expired_trigger_id")
    assert ana.modal is not None
    assert ana.modal.title == "In time"


async def test_a_form_that_breaks_a_limit_opens_nothing(app: App, slack: Workspace) -> None:
    """A refused form leaves the person with nothing on the screen."""
    ana = slack.add_user("Ana Example")
    trigger = slack.deliveries.trigger(ana.id)

    refused = await app.call("views.open", trigger_id=trigger, view=form(private_metadata="x" * 3001))

    assert refused["error"] == "invalid_arguments"
    assert "private_metadata" in refused["response_metadata"]["messages"][0]
    assert ana.modal is None


async def test_forms_lie_three_deep(app: App, slack: Workspace) -> None:
    """Two forms can be laid upon an open one and not a third; none upon nothing."""
    ana, bo = slack.add_user("Ana Example"), slack.add_user("Bo Example")
    root = await opened(app, ana)
    triggers = [slack.deliveries.trigger(ana.id) for _ in range(3)]

    errors = [await app.error("views.push", trigger_id=each, view=form()) for each in triggers]
    on_nothing = await app.error("views.push", trigger_id=slack.deliveries.trigger(bo.id), view=form())

    assert errors == ["", "", "push_limit_reached"]
    assert on_nothing == "not_found"
    assert {view.root_view_id for view in slack.team.modals[ana.id]} == {root["id"]}


async def test_an_update_may_insist_on_the_state_it_has_seen(app: App, slack: Workspace) -> None:
    """With the hash of an older state an update is refused."""
    ana = slack.add_user("Ana Example")
    view = await opened(app, ana)

    first = await app.error("views.update", view_id=view["id"], hash=view["hash"], view=form("New"))
    second = await app.error("views.update", view_id=view["id"], hash=view["hash"], view=form("Newer"))

    assert (first, second) == ("", "hash_conflict")
    assert ana.modal is not None
    assert ana.modal.title == "New"


async def test_only_a_view_that_is_shown_is_updated(app: App, slack: Workspace) -> None:
    """A closed form cannot be updated, and a form does not become a Home tab."""
    ana = slack.add_user("Ana Example")
    view = await opened(app, ana)

    turned = await app.error("views.update", view_id=view["id"], view={"type": "home", "blocks": []})
    await ana.close()
    closed = await app.error("views.update", view_id=view["id"], view=form())

    assert (turned, closed) == ("invalid_arguments", "not_found")


async def test_a_name_of_one_s_own_is_given_once(app: App, slack: Workspace) -> None:
    """An external_id finds its view, also after an update that renames it, and is refused to a second view."""
    ana, bo = slack.add_user("Ana Example"), slack.add_user("Bo Example")
    await opened(app, ana, external_id="mine")

    kept = await app.error("views.update", external_id="mine", view=form(external_id="mine"))
    renamed = await app.error("views.update", external_id="mine", view=form(external_id="ours"))
    found = await app.error("views.update", external_id="ours", view=form(external_id="ours"))
    trigger = slack.deliveries.trigger(bo.id)
    second = await app.error("views.open", trigger_id=trigger, view=form(external_id="ours"))

    assert (kept, renamed, found, second) == ("", "", "", "duplicate_external_id")


async def test_what_was_typed_survives_an_update(app: App, slack: Workspace) -> None:
    """An input that stays in the form keeps what was entered."""
    ana = slack.add_user("Ana Example")
    label = {"type": "plain_text", "text": "Name"}
    element = {"type": "plain_text_input", "action_id": "name"}
    blocks = [{"type": "input", "block_id": "name", "label": label, "element": element}]
    view = await opened(app, ana, blocks=blocks, submit=label)
    await ana.fill({"name": "typed"})

    await app.call(
        "views.update", view_id=view["id"], view=form("New", blocks=[*blocks, {"type": "divider"}], submit=label)
    )

    assert ana.modal is not None
    assert ana.modal.values["name"]["name"]["value"] == "typed"


async def test_a_home_tab_is_published_for_one_person(app: App, slack: Workspace) -> None:
    """Whoever it is published for sees it, nobody else does, and a form is no Home tab."""
    ana, bo = slack.add_user("Ana Example"), slack.add_user("Bo Example")

    published = await app.error("views.publish", user_id=ana.id, view={"type": "home", "blocks": [{"type": "divider"}]})
    wrong = await app.error("views.publish", user_id=bo.id, view=form())

    assert (published, wrong) == ("", "invalid_arguments")
    assert ana.home is not None
    assert bo.home is None
