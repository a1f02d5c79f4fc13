"""Backup and restore: taken while people work, restored on either database, damaged or half of it never taken for whole."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from config.settings import ROOT, Settings
from flows.backup.archive import open_archive
from flows.backup.faults import Damaged, InUse, KeyNeeded, NoKey, NotEmpty, WrongShape
from flows.backup.keys import KEY, Keys
from flows.backup.restoring import restore_backup
from flows.backup.taking import file_name, forget_old, take_backup
from models.all import METADATA
from models.audit import head_now, seal
from models.cases import CaseFile, Party
from models.migrating import StoreTooNew, bring_to, known_revisions, migrate
from models.portable import RowRefused, tables
from models.processes import Process
from models.requests import Run
from models.scope import EVERYTHING
from models.searching import search
from models.session import open_store
from tests.clock import MORNING
from tests.factories import Town
from tests.flows.backup_stage import Places, postgres

BOTH = ("sqlite", "postgres")
PHONE = "13812345678"
OLD_ROWS = (
    "INSERT INTO run (id, flow, key, state, started_at, observed, flow_run_id, counts, error) "
    f"VALUES (1, 'sweep-seal', 'x', 'done', '{MORNING:%Y-%m-%d %H:%M:%S}.000000', 0, '', '{{}}', '')",
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture
def places(tmp_path: Path, server: str) -> Iterator[Places]:
    made = Places(tmp_path, server)
    yield made
    made.close()


def worked(town: Town) -> Town:
    """Some cases, papers, deadlines, notices, a seal."""
    town.dispute(applicant="欧阳雪", phone=PHONE).performing()
    town.bargaining().offered()
    town.sweep()
    town.drain()
    town.clock.pass_time(days=1)
    with town.office.store.write() as connection:
        seal(connection, town.office.now())
    return town


def backed_up(town: Town, target: Path, **rest: object) -> Path:
    take_backup(town.office.store, town.office.settings, town.office.now(), target, **rest)  # type: ignore[arg-type]
    return target


def hand_over_key(source: Settings, target: Settings) -> None:
    Keys.of(source.home).write(target.home)


@pytest.mark.parametrize("into", BOTH)
@pytest.mark.parametrize("out_of", BOTH)
def test_an_office_moves_while_it_works_and_works_on(places: Places, tmp_path: Path, out_of: str, into: str) -> None:
    town = worked(places.peopled(out_of))
    with town.office.store.read() as connection:
        head = head_now(connection)

    def somebody_works(table: str, _rows: int) -> None:
        if table in ("organisation", "case_file", "party"):
            town.dispute()

    taken = take_backup(
        town.office.store, town.office.settings, town.office.now(), tmp_path / "one.tar", progress=somebody_works
    )
    assert taken.head == head
    assert town.count(CaseFile) == 5
    place = places.empty(into)
    hand_over_key(town.office.settings, place)
    restored = restore_backup(place, taken.file, town.office.now())
    assert (restored.head, restored.key_here, restored.broken, restored.rows) == (head, True, (), taken.rows)

    there = places.town(place)
    there.clock.now = town.clock.now
    again = backed_up(there, tmp_path / "two.tar")
    assert open_archive(again).manifest["members"] == open_archive(taken.file).manifest["members"], "every row, byte for byte"

    assert there.audit().head == head
    assert there.dispute().number == "D2026-00002", "what was opened after the snapshot was never there"
    assert there.one(Party, Party.case_id == 1, Party.role == "applicant").phone == PHONE
    with there.office.store.read() as connection:
        assert [hit.number for hit in search(connection, EVERYTHING, "欧阳雪").hits] == ["D2026-00001"]
    for statement in ("UPDATE case_event SET step = 'x'", "DELETE FROM audit_seal"):
        with pytest.raises(DBAPIError), there.office.store.write() as connection:
            connection.exec_driver_sql(statement)


def test_every_table_is_carried() -> None:
    assert {one.name for one in tables()} == set(METADATA.tables)


def test_the_key_stays_outside_unless_it_is_asked_in(places: Places, tmp_path: Path) -> None:
    town = worked(places.peopled("sqlite"))
    without, within = backed_up(town, tmp_path / "without.tar"), backed_up(town, tmp_path / "with.tar", with_key=True)
    key = (town.office.settings.home / KEY).read_bytes().strip()
    assert key not in without.read_bytes()
    assert key in within.read_bytes()
    assert {stat.S_IMODE(file.stat().st_mode) for file in (without, within)} == {0o600}

    bare = places.empty("sqlite")
    assert not restore_backup(bare, without, MORNING).key_here
    assert not (bare.home / KEY).exists(), "no new key in the place of the old one"
    started = places.empty("sqlite")  # a start made a key of its own: it stays, behind the one that opens what is sealed
    places.town(started).office.store.close()
    own = (started.home / KEY).read_bytes()
    assert restore_backup(started, within, MORNING).key_here
    assert (started.home / KEY).read_bytes() == key + b"\n" + own
    assert stat.S_IMODE((started.home / KEY).stat().st_mode) == 0o600
    assert places.town(started).one(Party, Party.case_id == 1, Party.role == "applicant").phone == PHONE


def test_a_key_that_is_not_there_cannot_be_put_in(places: Places, tmp_path: Path) -> None:
    town = places.peopled("sqlite")
    (town.office.settings.home / KEY).unlink()
    with pytest.raises(NoKey):
        backed_up(town, tmp_path / "one.tar", with_key=True)
    assert list(tmp_path.glob("*.tar")) == []


@pytest.mark.parametrize("kind", BOTH)
def test_only_an_empty_place_is_restored_into(places: Places, tmp_path: Path, kind: str) -> None:
    town = worked(places.peopled(kind))
    file = backed_up(town, tmp_path / "one.tar")
    before = town.audit().head
    with pytest.raises(NotEmpty, match="CONCORD_HOME"):
        restore_backup(town.office.settings, file, MORNING)
    assert town.audit().head == before

    place = places.empty(kind)  # started and never founded: tables without anybody
    begun = places.town(place)
    migrate(begun.office.store)
    begun.add(Process, name="a", host="a", pid=1, roles="web", version="1", started_at=MORNING, beat_at=MORNING, condition={})
    begun.office.store.close()
    with pytest.raises(InUse):
        restore_backup(place, file, MORNING)
    begun.clock.pass_time(minutes=5)
    assert restore_backup(place, file, begun.clock.now).head == before
    assert places.town(place).audit().broken == ()


def test_what_is_damaged_is_refused_before_anything_is_written(places: Places, tmp_path: Path) -> None:
    file = backed_up(worked(places.peopled("sqlite")), tmp_path / "one.tar")
    whole, place = file.read_bytes(), places.empty("sqlite")
    flips = (*range(0, len(whole), len(whole) // 60), len(whole) - 1, whole.rindex(b"ustar"), whole.rindex(b"ustar") + 300)
    harmed = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in flips]
    harmed += [whole[: len(whole) * part // 10] for part in range(10)] + [
        whole[:-1],
        whole + b"\0",
        whole + whole,
        b"a" * 20000,
    ]
    for content in harmed:
        file.write_bytes(content)
        with pytest.raises(Damaged):
            restore_backup(place, file, MORNING)
    assert not place.home.exists()


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("last", ["organisation", "case_event", "reminder"])
def test_a_restore_that_was_killed_is_run_again(places: Places, tmp_path: Path, kind: str, last: str) -> None:
    file = backed_up(worked(places.peopled("sqlite")), tmp_path / "one.tar", with_key=True)
    place = places.empty(kind)
    place.home.mkdir()
    line = [sys.executable, "-m", "tests.flows.backup_stage", str(file), str(place.home), place.database_url, last]
    killed = subprocess.run(line, cwd=ROOT, env=dict(os.environ), capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not (place.home / "concord.db").exists(), "nothing that looks done"
    restored = restore_backup(place, file, MORNING)
    there = places.town(place)
    assert there.audit().head == restored.head
    assert {one.name for one in place.home.glob("concord.db*")} <= {"concord.db", "concord.db-wal", "concord.db-shm"}


def test_a_backup_that_was_killed_or_failed_leaves_no_file(places: Places, tmp_path: Path) -> None:
    town, folder = worked(places.peopled("sqlite")), tmp_path / "backups"

    def fail(table: str, _rows: int) -> None:
        if table == "case_event":
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        backed_up(town, folder / "one.tar", progress=fail)
    assert list(folder.iterdir()) == []
    file = backed_up(town, folder / "one.tar")
    with pytest.raises(FileExistsError):
        backed_up(town, file)


@pytest.mark.parametrize("into", BOTH)
def test_a_backup_of_an_older_program_is_brought_to_our_shape(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, into: str
) -> None:
    old, file = places.empty("sqlite"), tmp_path / "one.tar"
    store = open_store(old.database, old.home / KEY)
    with store.write() as connection:
        bring_to(connection, "0002")
        for statement in OLD_ROWS:
            connection.exec_driver_sql(statement)
        there = {name: {column["name"] for column in inspect(connection).get_columns(name)} for name in METADATA.tables
                 if inspect(connection).has_table(name)}  # fmt: skip
    with pytest.raises(WrongShape):
        take_backup(store, old, MORNING, file)
    with monkeypatch.context() as then:
        then.setattr("flows.backup.taking.known_revisions", lambda: ["0001", "0002"])
        then.setattr("flows.backup.taking.tables", lambda: [
            replace(one, columns=tuple(column for column in one.columns if column.name in there[one.name]))
            for one in tables() if one.name in there
        ])  # fmt: skip
        take_backup(store, old, MORNING, file)
    store.close()
    place = places.empty(into)
    with pytest.raises(KeyNeeded):
        restore_backup(place, file, MORNING)
    hand_over_key(old, place)
    restore_backup(place, file, MORNING)
    new = places.town(place)
    assert migrate(new.office.store) == known_revisions()[-1]
    assert new.one(Run).filed_at == MORNING.replace(microsecond=0)


def test_a_backup_of_a_newer_program_is_refused(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = backed_up(worked(places.peopled("sqlite")), tmp_path / "one.tar")
    monkeypatch.setattr("flows.backup.restoring.known_revisions", lambda: ["0001"])
    place = places.empty("sqlite")
    with pytest.raises(StoreTooNew):
        restore_backup(place, file, MORNING)
    assert not place.home.exists()


def test_what_fits_into_one_database_only_is_named_and_not_quoted(places: Places, tmp_path: Path) -> None:
    town = worked(places.peopled("sqlite"))
    town.set(Party, Party.id == 1, name="欧阳雪" * 100)
    file, place = backed_up(town, tmp_path / "one.tar"), places.empty("postgres")
    with pytest.raises(RowRefused, match=r"party, line 1, column name: StringDataRightTruncation") as refused:
        restore_backup(place, file, MORNING)
    assert "欧阳" not in str(refused.value)
    assert restore_backup(places.empty("sqlite"), file, MORNING).broken == ()


def test_only_old_backups_of_ours_are_deleted(tmp_path: Path) -> None:
    names = [file_name(MORNING.replace(hour=hour)) for hour in range(5)]
    for name in (*names, "concord-holiday.tar", "other.tar", f"{names[0]}.sha"):
        (tmp_path / name).touch()
    assert [file.name for file in forget_old(tmp_path, 2)] == names[:3]
    assert {file.name for file in tmp_path.iterdir()} == {*names[3:], "concord-holiday.tar", "other.tar", f"{names[0]}.sha"}


def test_the_verifier_is_no_judge_of_what_was_broken_before(places: Places, tmp_path: Path) -> None:
    town = worked(places.peopled("sqlite"))
    town.set(CaseFile, CaseFile.id == 1, state="closed")
    file = backed_up(town, tmp_path / "one.tar")
    restored = restore_backup(places.empty("sqlite"), file, MORNING)
    assert [one.where for one in restored.broken] == ["D2026-00001"]
