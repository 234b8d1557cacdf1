"""The web page of the small Slack, on which a person acts as anybody in it."""

from aiohttp import web

from workspace.driver import Workspace
from workspace.page.answers import static
from workspace.page.doing import Doing
from workspace.page.showing import Showing


def mount(application: web.Application, workspace: Workspace) -> None:
    """Add the page of a workspace to the application that serves it."""
    files = web.get("/page/{name}", static)
    application.add_routes([*Showing(workspace).routes(), *Doing(workspace).routes(), files])
