"""The version of the program, as pyproject.toml says it."""

from __future__ import annotations

import tomllib
from functools import cache

from config.settings import ROOT


@cache
def version_of_the_program() -> str:
    """The version of the checkout this process runs from."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
