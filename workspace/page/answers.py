"""What the page's addresses answer with."""

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from aiohttp import web
from markupsafe import Markup

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def page(html: Markup, status: int = 200) -> web.Response:
    """Return HTML that runs no script but the page's own."""
    return web.Response(text=str(html), content_type="text/html", headers=HEADERS, status=status)


def done() -> web.Response:
    """Tell a form that it did what it says; what changed by it comes by itself."""
    return web.Response(status=204, headers={"HX-Trigger": "done"})


def told(text: str, *, in_modal: bool = False) -> web.Response:
    """Return what went wrong, as a message in the page."""
    notice = Markup(
        '<div hx-swap-oob="beforeend:{}"><p class="notice">{} '
        '<button type="button" data-dismiss aria-label="Dismiss">×</button></p></div>'
    )
    return page(notice.format("#modal-notices" if in_modal else "#notices", text))


async def static(request: web.Request) -> web.Response:
    """Give out the page's own files, and htmx from the package that carries it."""
    name = request.match_info["name"]
    if name == "htmx.js":
        return web.Response(body=htmx_file().read_bytes(), content_type="text/javascript")
    file = files("workspace.page") / "static" / name
    kind = KINDS.get(Path(name).suffix)
    if kind is None or "/" in name or not file.is_file():
        raise web.HTTPNotFound
    return web.Response(body=file.read_bytes(), content_type=kind, headers={"Cache-Control": "no-cache"})


def htmx_file() -> Path:
    """Return where django-htmx keeps htmx, without importing anything of Django."""
    found = find_spec("django_htmx")
    if found is None or not found.submodule_search_locations:
        raise web.HTTPNotFound(text="htmx is missing: install django-htmx.")
    return Path(found.submodule_search_locations[0]) / "static" / "django_htmx" / "htmx-2.min.js"
