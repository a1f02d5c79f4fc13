"""Settings of this machine: environment variables `CONCORD_…`, read once at the start and passed on.

Facts of law stand in `rulepacks/`, the calendar in `calendars/`, the rhythm in `timetable.py`; only what differs from
machine to machine stands here. `concord doctor` prints the values that are in force, secrets masked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What the program needs to know of the machine it runs on."""

    model_config = SettingsConfigDict(env_prefix="CONCORD_", extra="ignore", frozen=True)

    home: Path = Field(ROOT / "var", description="folder of everything the program writes: database, keys, papers, logs")
    database_url: str = Field("", description="SQLAlchemy address of the case database; empty: SQLite in `home`")
    database_patience: float = Field(30, ge=1, le=3600, description="seconds a statement may take on PostgreSQL")
    language: Literal["zh", "en"] = Field("zh", description="language of the command line and of people without one")
    rule_pack: str = Field("cn", description="rule pack of organisations that name none")
    prefect: bool = Field(True, description="start and watch an own Prefect server")
    prefect_host: str = Field("127.0.0.1", description="address the own Prefect server listens on; it knows no permissions")
    prefect_port: int = Field(4200, ge=1, le=65535, description="port of the own Prefect server")
    prefect_url: str = Field("", description="address of a Prefect server elsewhere, without /api; empty: the own one")
    prefect_auth: str = Field("", description="name:password the Prefect server asks for; empty: none", repr=False)
    prefect_database_url: str = Field("", description="database of the own Prefect server; empty: SQLite in `home`", repr=False)
    prefect_redis_url: str = Field("", description="Redis for Prefect's messages, with several Prefect servers", repr=False)
    lease: float = Field(60, ge=3, le=3600, description="seconds after which the work of a silent process is taken over")
    work_pool: str = Field("", description="Prefect work pool that runs heavy work; empty: workers take it from our own table")
    patience: float = Field(0.3, gt=0, le=5, description="seconds a person waits for Prefect before the bare step runs")
    smtp_host: str = Field("", description="mail server; empty: no mail is sent, notices stay in the inbox")
    smtp_port: int = Field(25, ge=1, le=65535, description="port of the mail server")
    smtp_starttls: bool = Field(False, description="ask the mail server for TLS before anything is sent")
    smtp_user: str = Field("", description="account at the mail server; empty: no sign-in")
    smtp_password: str = Field("", description="password at the mail server", repr=False)
    mail_from: str = Field("concord@localhost", description="sender of all mail")
    console_notices: bool = Field(False, description="also print notices to home/notices.log (for trying out)")
    base_url: str = Field("", description="address of the office's pages; empty: notices name the command instead")
    web: bool = Field(True, description="serve the office's pages")
    web_host: str = Field("127.0.0.1", description="address the pages listen on; a reverse proxy stands before it")
    web_port: int = Field(8000, ge=1, le=65535, description="port of the pages")
    https: bool = Field(False, description="the pages are reached over https: cookies are sent over nothing else")
    public_desk: bool = Field(True, description="workers may register a grievance without an account")
    oidc_issuer: str = Field("", description="single sign-on: address of the OpenID provider; empty: passwords only")
    oidc_client_id: str = Field("", description="single sign-on: our name at the provider")
    oidc_client_secret: str = Field("", description="single sign-on: our secret at the provider", repr=False)
    oidc_label: str = Field("统一身份认证", description="single sign-on: what its button says")
    hooks_private: bool = Field(False, description="web-hooks may reach the office's own network, loopback by http")
    log: Literal["text", "json"] = Field("text", description="form of the log on standard error")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="how much of our own doings it tells"
    )
    status_host: str = Field("127.0.0.1", description="where roles without pages answer for their health and metrics")
    status_port: int = Field(0, ge=0, le=65535, description="port of that; 0: they answer nowhere")
    metrics_token: str = Field("", description="bearer token that reads /metrics from elsewhere than loopback", repr=False)
    demo: bool = Field(False, description="a demo office: the sign-in page names the demo accounts and their password")

    @field_validator("home")
    @classmethod
    def _from_the_checkout(cls, home: Path) -> Path:
        """A relative folder is one of the checkout, wherever the command is called from."""
        return home if home.is_absolute() else ROOT / home

    @property
    def database(self) -> str:
        """The address of the case database."""
        return self.database_url or f"sqlite:///{self.home / 'concord.db'}"


def load_settings() -> Settings:
    """The settings of this process. Raises pydantic's error, which names the variable and the rule."""
    return Settings()
