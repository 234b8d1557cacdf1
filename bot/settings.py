"""Every setting, from the environment or a `.env` file."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SLACK_API = "https://slack.com/api/"


class Settings(BaseSettings):
    """What an operator can choose; names in capitals are the environment variables."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True)

    slack_bot_token: SecretStr = Field(SecretStr(""), description="The app's bot token (xoxb-…).")
    slack_app_token: SecretStr = Field(SecretStr(""), description="The app-level token for Socket Mode (xapp-…).")
    slack_signing_secret: SecretStr = Field(SecretStr(""), description="Signs requests in HTTP mode.")
    slack_api_url: str = Field(SLACK_API, description="Where the Web API is; any Slack-compatible server will do.")
    database_url: str = Field(
        "sqlite:///var/focal.db",
        alias="FOCAL_DATABASE_URL",
        description="SQLite by default (sqlite:///path); postgresql://… for several replicas.",
    )
    secretariat: Annotated[tuple[str, ...], NoDecode] = Field(
        (), alias="FOCAL_SECRETARIAT", description="Slack user ids of the Secretariat, separated by commas."
    )
    secretariat_channel: str = Field(
        "",
        alias="FOCAL_SECRETARIAT_CHANNEL",
        description="Channel id where questions for the Secretariat go; a DM to each if empty.",
    )
    network: Path | None = Field(
        None, alias="FOCAL_NETWORK", description="A network profile (YAML); the shipped WPS profile if empty."
    )
    pace_seconds: float = Field(
        1.0,
        ge=0,
        le=60,
        alias="FOCAL_PACE_SECONDS",
        description="Seconds between two posts to one channel; Slack asks for about one.",
    )
    beat_seconds: float = Field(
        5.0, gt=0, le=300, alias="FOCAL_BEAT_SECONDS", description="Seconds between two looks at what is due."
    )
    timeout_seconds: float = Field(
        10.0,
        gt=0,
        le=60,
        alias="FOCAL_TIMEOUT_SECONDS",
        description="Seconds to wait for Slack; a post without an answer is looked up after three times as long.",
    )
    sockets: int = Field(
        2,
        ge=1,
        le=10,
        alias="FOCAL_SOCKETS",
        description="Socket Mode connections held at once, so that a refresh leaves no gap.",
    )
    http_host: str = Field("127.0.0.1", alias="FOCAL_HTTP_HOST", description="Address that `focal serve` listens on.")
    http_port: int = Field(
        8080, ge=0, le=65535, alias="FOCAL_HTTP_PORT", description="Port that `focal serve` listens on."
    )
    public_url: str = Field(
        "",
        alias="FOCAL_PUBLIC_URL",
        description="Where `focal serve` is reached from outside, for the address of the calendar feed.",
    )
    models: bool = Field(
        default=True,
        alias="FOCAL_MODELS",
        description="Whether answers compare meanings as well as words, where the models for it are installed.",
    )
    log_level: str = Field("INFO", alias="FOCAL_LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("secretariat", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("slack_api_url")
    @classmethod
    def _end_with_slash(cls, value: str) -> str:
        # The SDK joins method names onto the base address; without the slash the last path segment would be lost.
        return value if value.endswith("/") else value + "/"
