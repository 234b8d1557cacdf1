"""What an operator starts on a server fits the code: containers cannot be run here, but what they name can be checked."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.routing import Route

from bot.cli import app as command_line
from bot.settings import Settings
from bot.web import web_app
from tests.harness import Harness

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
CADDY = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
DOCKER = (ROOT / "Dockerfile").read_text(encoding="utf-8")
REPLICAS = ("focal-a", "focal-b")


def test_two_replicas_share_one_postgresql() -> None:
    """Both replicas are the same but for their name, wait for the database and work on it."""
    first, second = (COMPOSE["services"][name] for name in REPLICAS)

    assert first == second
    assert first["environment"]["FOCAL_DATABASE_URL"].startswith("postgresql://focal:")
    assert first["environment"]["FOCAL_DATABASE_URL"].endswith("@database/focal")
    assert first["depends_on"]["database"]["condition"] == "service_healthy"
    assert "healthcheck" in COMPOSE["services"]["database"]


def test_every_setting_of_the_containers_is_one_of_focals() -> None:
    """A misspelt variable would be passed over in silence; so the names are those of the settings."""
    known = {field.alias or name.upper() for name, field in Settings.model_fields.items()}

    assert set(COMPOSE["services"]["focal-a"]["environment"]) <= known


def test_no_secret_stands_in_a_file() -> None:
    """Passwords and tokens come from outside, and a missing one stops the start."""
    passwords = re.findall(r"(?:PASSWORD: |focal:)(\$\{[^}]*\}|[^@\s]+)", (ROOT / "compose.yaml").read_text("utf-8"))

    assert len(passwords) == 2
    assert all(each.startswith("${POSTGRES_PASSWORD:?") for each in passwords)


@pytest.mark.parametrize("wanted", ["/readyz", "/slack/events"])
async def test_the_paths_that_are_asked_exist(bot: Harness, wanted: str) -> None:
    """What the health check and the proxy ask for is something that Focal serves."""
    served = {route.path for route in web_app(bot.bot, "x").routes if isinstance(route, Route)}
    asked = str(COMPOSE["services"]["focal-a"]["healthcheck"]["test"]) + CADDY

    assert wanted in served
    assert wanted in asked


def test_the_proxy_shows_the_world_slacks_endpoint_alone() -> None:
    """Every replica is behind the proxy; figures and health are not before it."""
    handled = re.findall(r"handle (/\S+)", CADDY)

    assert handled == ["/slack/events"]
    assert "reverse_proxy " + " ".join(f"{name}:8080" for name in REPLICAS) in CADDY
    assert COMPOSE["services"]["proxy"]["ports"] == ["80:80", "443:443"]
    assert not any("ports" in COMPOSE["services"][name] for name in (*REPLICAS, "database"))


def test_a_replica_has_time_to_finish() -> None:
    """A container is killed only after the longest that an answer from Slack is waited for, with room to spare."""
    grace = int(COMPOSE["services"]["focal-a"]["stop_grace_period"].removesuffix("s"))

    assert grace >= 2 * Settings().timeout_seconds + 5


def test_the_image_is_built_from_what_is_there() -> None:
    """Pinned packages with hashes, folders that exist, nobody's rights, and a command that the command line knows."""
    copied = [name for line in re.findall(r"^COPY (.+)$", DOCKER, re.MULTILINE) for name in line.split()[:-1]]
    [started] = re.findall(r'^CMD \["(\w+)"\]$', DOCKER, re.MULTILINE)

    assert "--require-hashes -r requirements.txt" in DOCKER
    assert all((ROOT / name).exists() for name in copied)
    assert "USER focal" in DOCKER
    assert started in {each.callback.__name__ for each in command_line.registered_commands if each.callback}
