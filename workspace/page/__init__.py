"""The web page of the small Slack, on which a person acts as anybody in it."""

from aiohttp import web

from workspace.driver import Workspace
from workspace.page.routes import Page


def mount(application: web.Application, workspace: Workspace) -> None:
    """Add the page of a workspace to the application that serves it."""
    application.add_routes(Page(workspace).routes())
