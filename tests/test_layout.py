"""The house rules that a program can check: arrows, sizes, names, docstrings, the clock, and charts that are up to date."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from config.settings import ROOT
from states.chart import mermaid
from states.registry import case_type
from tests.groups import GROUPS

PACKAGES = ("config", "states", "models", "documents", "notifications", "flows", "web", "cli")
MOST_LINES, MOST_OF_A_FUNCTION = 250, 40
#: files whose list is their content, each with the reason
LONGER_FILES = {
    "migrations/versions/0001_the_first_shape.py": "the whole schema, written once and never changed",
    "migrations/versions/0002_the_office_on_the_web.py": "the whole schema of the pages, written once and never changed",
    "states/bargaining/forms.py": "what each step asks: the list is the content",
    "states/dispute/forms.py": "what each step asks: the list is the content",
}
LONGER_FUNCTIONS = {
    "migrations/versions/0001_the_first_shape.py:upgrade": "one statement a table",
    "migrations/versions/0002_the_office_on_the_web.py:upgrade": "one statement a table",
}
BANNED = re.compile(r"(manager|helper|util|common)|^(handle|do)_|^(info|data)$", re.IGNORECASE)
#: names other people's interfaces ask for, each with the interface
ASKED_FOR = {"handle_async_request": "httpx's transport", "do_GET": "http.server", "handle_error": "socketserver"}
#: where the wall clock is read: the office's own
WALL_CLOCK = {"flows/office.py"}
#: our noun, through all layers; Prefect loads no flow of ours by its path, so `flows/` is never put on sys.path
OUR_NOUNS = {"requests"}

#: the drain, the sweeps, the run shell, the command line: each records what it caught where somebody sees it
CATCHES_ALL = {
    "cli/__main__.py", "flows/batch.py", "flows/deployed.py", "flows/followups.py", "flows/mending.py", "flows/performing.py",
    "flows/pool.py", "flows/prefect_shell.py", "flows/scheduler.py", "flows/steps.py", "flows/taking.py",
    "flows/ticket.py", "flows/works.py", "notifications/delivering.py",
    "web/last_resort.py",
}  # fmt: skip


@cache
def sources() -> dict[str, str]:
    """Every file of ours that is under version control, tests and benchmarks aside: path from the root → text."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    ours = [name for name in listed if name.startswith((*(f"{package}/" for package in PACKAGES), "migrations/"))]
    return {name: (ROOT / name).read_text() for name in ours if (ROOT / name).exists()}


@cache
def trees() -> dict[str, ast.Module]:
    """The same, parsed."""
    return {name: ast.parse(text) for name, text in sources().items()}


Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def defined() -> Iterator[tuple[str, Defined]]:
    """Every function and class with its file."""
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, Defined):
                yield name, node


def public(name: str, body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, Defined]]:
    """What others may use: classes and functions of a module, and the methods of its public classes."""
    for node in body:
        if isinstance(node, Defined) and not node.name.startswith("_"):
            yield f"{name}:{within}{node.name}", node
            if isinstance(node, ast.ClassDef) and not any(isinstance(b, ast.Name) and b.id == "Protocol" for b in node.bases):
                yield from public(name, node.body, f"{node.name}.")


def test_arrows_point_downward() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", checked.stdout)


def test_there_is_something_to_check() -> None:
    assert len(sources()) > 100
    assert {name.split("/")[0] for name in sources()} == {*PACKAGES, "migrations"}


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    long = {name: text.count("\n") for name, text in sources().items() if text.count("\n") > MOST_LINES}
    assert {name: lines for name, lines in long.items() if name not in LONGER_FILES} == {}
    assert set(LONGER_FILES) <= set(long), "an exception that is needed no more is taken off the list"


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{name}:{node.name}"
        for name, node in defined()
        if not isinstance(node, ast.ClassDef) and (node.end_lineno or 0) - node.lineno + 1 > MOST_OF_A_FUNCTION
    }
    assert long == set(LONGER_FUNCTIONS)


def test_no_flow_is_named_like_a_module_it_would_hide() -> None:
    theirs = set(sys.stdlib_module_names) | set(importlib.metadata.packages_distributions()) | set(PACKAGES)
    names = {Path(name).stem for name in sources() if name.startswith("flows/") and name.count("/") == 1} - {"__init__"}
    assert names & theirs <= OUR_NOUNS


@pytest.mark.parametrize("package", PACKAGES)
def test_a_top_level_package_is_the_one_of_this_checkout(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    assert [Path(place) for place in spec.submodule_search_locations] == [ROOT / package]


def test_no_name_says_nothing() -> None:
    said = {f"{name}:{node.name}" for name, node in defined() if BANNED.search(node.name) and node.name not in ASKED_FOR}
    said |= {name for name in sources() for part in Path(name).with_suffix("").parts if BANNED.search(part)}
    assert said == set()


def test_every_public_module_class_and_function_says_what_it_is() -> None:
    silent = {name for name, tree in trees().items() if sources()[name].strip() and not ast.get_docstring(tree)}
    for name, tree in trees().items():
        if not name.startswith("migrations/"):
            silent |= {where for where, node in public(name, tree.body) if not ast.get_docstring(node)}
    assert {where for where in silent if where.split(":")[-1].split(".")[-1] not in ASKED_FOR} == set()


def test_the_wall_clock_is_read_in_one_place() -> None:
    read = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|\btime\.time\(")
    assert {name for name, text in sources().items() if read.search(text) and not name.startswith("cli/")} == WALL_CLOCK


def test_nothing_catches_everything_but_what_records_it() -> None:
    broad = re.compile(r"except (BaseException|Exception)\b|except:")
    assert {name for name, text in sources().items() if broad.search(text)} == CATCHES_ALL


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ["dispute", "bargaining"])
def test_the_charts_in_the_docs_are_the_processes_as_they_are(kind: str, lang: str) -> None:
    file = ROOT / "docs" / "case-types" / f"{kind}.{lang}.mmd"
    assert file.read_text().strip() == mermaid(case_type(kind), lang).strip(), "run `make charts`"


def test_every_test_is_run_by_one_of_the_groups() -> None:
    """Marked tests are looked for in some folders only."""
    marked = {
        str(file.relative_to(ROOT)).split("/")[1]
        for file in (ROOT / "tests").rglob("*/*.py")
        if re.search(r"mark\.(prefect|browser)", file.read_text())
    }
    assert {f"tests/{folder}" for folder in marked} == {word for group in GROUPS for word in group if "tests/" in word}
