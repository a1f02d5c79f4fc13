"""What deploy/ promises: commands, settings, ports and figures that exist; units that systemd understands."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from typer.main import get_command

from cli.__main__ import app
from config.roles import ROLES
from config.settings import ROOT, Settings
from flows.metrics import Metrics
from flows.noting import noted_run, noted_step
from models.requests import Run
from tests.factories import Town
from web.app import LARGEST_BODY

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OURS = {f"CONCORD_{field.upper()}" for field in Settings.model_fields}
#: of the proxy, of the image, of PostgreSQL's first start: they name places in these files alone
OF_COMPOSE = {"CONCORD_SITE", "CONCORD_PAGES", "CONCORD_TAG", "CONCORD_DATABASE_PASSWORD", "CONCORD_BACKUPS"}


def compose() -> dict[str, Any]:
    """The services by name, anchors resolved."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def office_services() -> dict[str, Any]:
    """Those that run the program."""
    return {name: one for name, one in compose()["services"].items() if "build" in one}


def unit(file: Path) -> configparser.ConfigParser:
    """A unit as sections; of what may stand twice the last."""
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(file)
    return read


def lines() -> Iterator[list[str]]:
    """Every command line of the program that units and services give."""
    for file in UNITS:
        yield unit(file)["Service"]["ExecStart"].split()[1:]
    for service in office_services().values():
        yield service["command"]


@pytest.mark.parametrize("line", list(lines()), ids=" ".join)
def test_every_command_is_one(line: list[str]) -> None:
    command = get_command(app).commands[line[0]]  # type: ignore[attr-defined]
    parsed = command.make_context(line[0], list(line[1:]), resilient_parsing=False)
    if line[0] == "serve":
        assert set(parsed.params["role"]) <= set(ROLES)
        assert len(parsed.params["role"]) == 1


def test_every_role_is_started_both_ways() -> None:
    for of in ({" ".join(unit(file)["Service"]["ExecStart"].split()[1:]) for file in UNITS},
               {" ".join(service["command"]) for service in office_services().values()}):  # fmt: skip
        assert {f"serve --role {role}" for role in ROLES} <= of


def test_every_setting_that_is_named_exists() -> None:
    told = {
        (file.name, word)
        for file in DEPLOY.rglob("*")
        if file.is_file() and file.suffix != ".env"
        for word in re.findall(r"CONCORD_[A-Z]+(?:_[A-Z]+)*", file.read_text())
    }
    assert {(file, word) for file, word in told if word not in OURS | OF_COMPOSE} == set()


def test_the_example_of_settings_is_read_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    given = dict(re.findall(r"^(CONCORD_\w+)=(.*)$", (DEPLOY / "concord.env.example").read_text(), re.MULTILINE))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.https
    assert settings.log == "json"
    # a unit's own settings stand behind those of the file: what a unit sets is not in the file
    for file in UNITS:
        own = re.findall(r"\b(CONCORD_\w+)=", str(unit(file)["Service"].get("Environment", "")))
        assert set(own) & set(given) == set(), file.name


def test_the_settings_of_containers_are_read_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, service in office_services().items():
        with monkeypatch.context() as inside:
            for variable, value in service["environment"].items():
                default = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
                inside.setenv(variable, re.sub(r"\$\{\w+:\?[^}]*\}", "x", default))
            settings = Settings()
        assert settings.database.startswith("postgresql+psycopg://concord:x@postgres:5432/"), name
        assert (settings.prefect_url == "") == (name == "prefect")


def test_the_ports_fit_together() -> None:
    services = compose()["services"]
    pages = services["web-1"]["environment"]["CONCORD_WEB_PORT"]
    assert services["proxy"]["environment"]["CONCORD_PAGES"] == f"web-1:{pages} web-2:{pages}"
    assert f":{pages}/ready" in str(services["web-1"]["healthcheck"])
    for name in ("worker", "scheduler", "prefect"):
        assert f":{services[name]['environment']['CONCORD_STATUS_PORT']}/ready" in str(services[name]["healthcheck"])
    prefect = services["prefect"]["environment"]
    assert services["worker"]["environment"]["CONCORD_PREFECT_URL"] == f"http://prefect:{prefect['CONCORD_PREFECT_PORT']}"
    assert unit(DEPLOY / "systemd/concord-prefect.service")["Service"]["Environment"] == (
        "CONCORD_PREFECT_PORT=4200 CONCORD_STATUS_PORT=9101"
    )
    assert "CONCORD_PREFECT_URL=http://127.0.0.1:4200" in (DEPLOY / "concord.env.example").read_text()
    started = set(re.findall(r"concord-(?:web|worker)@(\d+)", (DEPLOY / "README.md").read_text()))
    scraped = set(re.findall(r"127\.0\.0\.1:(\d+)", (DEPLOY / "prometheus.yaml").read_text()))
    assert scraped == started | {"9100", "9101"}
    assert "CONCORD_STATUS_PORT=9100" in (DEPLOY / "systemd/concord-scheduler.service").read_text()
    for proxy in ("nginx.conf", "Caddyfile"):
        assert {"127.0.0.1:8000", "127.0.0.1:8001"} <= set(re.findall(r"127\.0\.0\.1:\d+", (DEPLOY / proxy).read_text()))
    subnet = compose()["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert services["web-1"]["environment"]["FORWARDED_ALLOW_IPS"] == subnet


def test_as_many_of_each_as_were_asked_for() -> None:
    services = compose()["services"]
    assert {"web-1", "web-2", "postgres", "redis", "prefect", "proxy"} <= set(services)
    assert services["scheduler"]["deploy"]["replicas"] == 2
    assert services["worker"]["deploy"]["replicas"] == 3
    for name, service in office_services().items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name


@pytest.mark.parametrize("proxy", ["nginx.conf", "Caddyfile"])
def test_a_proxy_keeps_inside_what_belongs_there(proxy: str) -> None:
    text = (DEPLOY / proxy).read_text()
    assert text.count("{") == text.count("}")
    assert LARGEST_BODY == 25 * 1024 * 1024
    assert re.search(r"25m;|25MB", text)
    for path in ("/metrics", "/ready"):
        assert re.search(rf"location = {path}\s+{{ return 404; }}|@inside path .*{path}", text)
    assert re.search(r"proxy_buffering off|flush_interval -1", text)
    assert re.search(r"client_body_timeout|read_body", text)
    assert re.search(r"client_header_timeout|read_header", text)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    program = tmp_path / "concord"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for file in [*UNITS, DEPLOY / "systemd/concord-backup.timer"]:
        (tmp_path / file.name).write_text(file.read_text().replace("/opt/concord/concord ", f"{program} "))
    folder = tmp_path / "concord-.service.d"
    folder.mkdir()
    shutil.copy(DEPLOY / "systemd/hardening.conf", folder)
    names = [tmp_path / file.name.replace("@.", "@8000.") for file in UNITS]
    for file in UNITS:
        if "@." in file.name:
            shutil.copy(tmp_path / file.name, tmp_path / file.name.replace("@.", "@8000."))
    line = ["systemd-analyze", "verify", "--man=no", *map(str, names), str(tmp_path / "concord-backup.timer")]
    checked = subprocess.run(line, capture_output=True, text=True, check=False)
    said = [one for one in checked.stderr.splitlines() if str(tmp_path) in one or "concord" in one]
    assert said == [], checked.stderr
    assert checked.returncode == 0, checked.stderr


def test_a_unit_starts_again_and_ends_in_time() -> None:
    for file in UNITS:
        service = unit(file)["Service"]
        if "serve" in service["ExecStart"]:
            assert (service["Restart"], service["KillSignal"]) == ("always", "SIGTERM"), file.name
        assert service["User"] == "concord"
    hardened = unit(DEPLOY / "systemd/hardening.conf")["Service"]
    assert {name: hardened[name] for name in ("NoNewPrivileges", "ProtectSystem", "PrivateTmp", "ProtectHome")} == {
        "NoNewPrivileges": "yes", "ProtectSystem": "strict", "PrivateTmp": "yes", "ProtectHome": "yes",
    }  # fmt: skip


def test_every_figure_an_alert_asks_for_is_one_of_ours(town: Town) -> None:
    alerts = yaml.safe_load((DEPLOY / "prometheus-alerts.yaml").read_text())["groups"][0]["rules"]
    asked = {name for alert in alerts for name in re.findall(r"concord_\w+", alert["expr"])}
    with noted_step(1), noted_run(1, "sweep-x", 1, {}):
        now = town.office.now()
        for flow in ("sweep-audit", "sweep-deadlines", "backup"):
            town.add(Run, flow=flow, key="k", state="done", filed_at=now, started_at=now, ended_at=now, asked={}, counts={})
    families = {family.name for family in text_string_to_metric_families(Metrics(town.office).text().decode())}
    assert {name for name in asked if re.sub(r"_(count|bucket|sum|total)$", "", name) not in families} == set()
    assert {alert["labels"]["severity"] for alert in alerts} == {"page", "ticket"}
    assert all(alert["annotations"].keys() == {"summary", "remedy"} for alert in alerts)


def test_the_image_holds_what_the_program_needs() -> None:
    kept = set(re.findall(r"^!(\S+)", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE))
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    packages = {name.partition("/")[0] for name in listed if name.endswith(".py")} - {"tests", "benchmarks"}
    assert packages <= kept
    assert {"concord", "pyproject.toml", "prefect.yaml", "requirements"} <= kept
    assert set(re.findall(r"requirements/\S+\.txt", (DEPLOY / "Dockerfile").read_text())) <= set(listed)
