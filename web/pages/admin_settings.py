"""The settings in force, as the page shows them."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cache

from config.settings import ROOT, Settings

#: what a page never shows
SECRET = ("password", "secret", "token", "key")


@dataclass(frozen=True)
class SettingShown:
    """One setting: its variable, what it is, its value, and whether the environment says so."""

    name: str
    about: str
    value: str
    given: bool


def settings_in_force(settings: Settings) -> list[SettingShown]:
    """All settings; secrets and the password within a database address are masked."""
    return [
        SettingShown(f"CONCORD_{name.upper()}", field.description or "", _shown(name, getattr(settings, name)), _given(name))
        for name, field in Settings.model_fields.items()
    ]


def _given(name: str) -> bool:
    return f"CONCORD_{name.upper()}" in {key.upper() for key in os.environ}


def _shown(name: str, value: object) -> str:
    if any(word in name for word in SECRET):
        return "••••••" if value else ""
    if name == "database_url" and value:
        from sqlalchemy import make_url

        return make_url(str(value)).render_as_string(hide_password=True)
    return str(value)


@cache
def version_of_the_program() -> str:
    """The version of the checkout this process runs from."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
