"""What the documents promise: links and pictures that exist, commands and settings that exist, guides in both languages."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.main import get_command

from cli.__main__ import app
from config.settings import ROOT, Settings

GUIDES = ROOT / "docs" / "guide"
PICTURES = GUIDES / "pictures"
HEAVIEST = 70_000
#: read elsewhere than in `Settings`
OWN_OF_THE_COMMAND_LINE = {"CONCORD_AS", "CONCORD_DEBUG"}


@cache
def documents() -> dict[str, str]:
    """Every document under version control, and those about to be: path from the root → text."""
    ask = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return {name: (ROOT / name).read_text("utf-8") for name in listed if (ROOT / name).exists()}


def anchors(text: str) -> set[str]:
    """The addresses within a document, as its headings give them."""
    return {
        re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


@pytest.mark.parametrize("name", sorted(documents()))
def test_every_link_and_picture_leads_somewhere(name: str) -> None:
    dead = []
    for to in re.findall(r"\]\(([^)\s]+)\)", documents()[name]):
        if re.match(r"[a-z]+:", to):
            continue
        path, _, anchor = unquote(to).partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            dead.append(to)
    assert dead == []


def test_every_command_that_is_named_exists() -> None:
    groups = {name: set(getattr(command, "commands", ())) for name, command in get_command(app).commands.items()}  # type: ignore[attr-defined]
    for name, text in documents().items():
        for line in re.findall(r"(?:\./concord|`concord) ([^`\n#]+)", text):
            words = [word for word in re.sub(r"--(lang|as) \S+", "", line).split() if re.fullmatch(r"[a-z][a-z-]*", word)]
            if not words:
                continue
            assert words[0] in groups, f"{name}: concord {line}"
            if groups[words[0]] and len(words) > 1:
                assert words[1] in groups[words[0]], f"{name}: concord {line}"


def test_every_setting_is_told_and_every_setting_told_exists() -> None:
    ours = {f"CONCORD_{field.upper()}" for field in Settings.model_fields}
    told = {word for text in documents().values() for word in re.findall(r"CONCORD_[A-Z]+(?:_[A-Z]+)*", text)}
    families = {"CONCORD_WEB", "CONCORD_OIDC"}  # written as CONCORD_WEB_…
    assert told - ours - OWN_OF_THE_COMMAND_LINE - families == set()
    operations = documents()["docs/operations.md"]
    short = {f"CONCORD_{family}_{rest}" for family in ("OIDC", "SMTP") for rest in re.findall(r"`…_([A-Z_]+)`", operations)}
    assert ours - set(re.findall(r"CONCORD_[A-Z_]+", operations)) - short == set()


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for text in documents().values() for word in re.findall(r"(?:`|^    )make ([a-z-]+)", text, re.MULTILINE)}
    assert named <= targets
    assert named


def test_every_guide_is_there_in_both_languages_and_stands_in_the_list() -> None:
    chinese, english = ({file.name for file in (GUIDES / lang).glob("*.md")} for lang in ("zh", "en"))
    assert chinese == english
    listed = documents()["docs/guide/README.md"]
    assert {name for name in chinese if f"(zh/{name})" not in listed or f"(en/{name})" not in listed} == set()


def test_every_picture_is_shown_and_light() -> None:
    shown = {Path(to).name for text in documents().values() for to in re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", text)}
    files = {file.name: file.stat().st_size for file in PICTURES.iterdir()}
    assert set(files) - shown == set()
    assert {name: size for name, size in files.items() if size > HEAVIEST} == {}


def test_every_decision_stands_in_the_index_in_its_order() -> None:
    files = sorted(file.name for file in (ROOT / "docs" / "decisions").glob("0*.md"))
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    assert re.findall(r"^\d+\. \[.+\]\((.+)\)$", documents()["docs/decisions/README.md"], re.MULTILINE) == files
