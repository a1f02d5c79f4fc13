"""`concord backup` and `concord restore`: the office in one file, and out of it again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.desk import DESK, FAULT, NOT_FOUND, OK, PARTLY, USAGE, Stop

if TYPE_CHECKING:
    from flows.backup.restoring import Restored
    from flows.backup.taking import Taken

#: stands in `home` where no file is named
FOLDER = "backups"


def backup(
    file: Path | None = typer.Argument(None, help="文件或文件夹;默认 CONCORD_HOME/backups file or folder"),
    with_key: bool = typer.Option(False, "--with-key", help="连同 secret.key(务必另行保管) put the key in, too"),
    keep: int = typer.Option(0, min=0, help="该文件夹只保留最近几份 keep that many in the folder, delete older ones"),
) -> int:
    """备份 · the office in one file, taken while it runs; exit code 0 means it is whole and on the disk."""
    from config.settings import load_settings
    from flows.backup.taking import file_name, forget_old, note_taken, take_backup
    from flows.office import Office
    from models.session import open_sealed

    settings = load_settings()
    office = Office(open_sealed(settings.database), settings)
    now = office.now()
    target = _target(file, settings.home / FOLDER, file_name(now), keep)
    try:
        while file_name(now) == target.name and target.exists():  # another one of this second
            now += timedelta(seconds=1)
            target = target.with_name(file_name(now))
        taken = take_backup(office.store, settings, now, target, with_key=with_key)
        note_taken(office, taken, now)
    except FileExistsError:
        raise Stop(USAGE, f"文件已存在:{target};请另取名称", f"{target} is there already: choose another name") from None
    finally:
        office.store.close()
    deleted = forget_old(target.parent, keep) if keep else []
    value = {
        "file": str(taken.file), "bytes": taken.bytes, "rows": taken.rows, "head": taken.head, "with_key": taken.with_key,
        "deleted": [str(one) for one in deleted],
    }  # fmt: skip
    DESK.answer(value, lambda: _say_taken(taken, deleted))
    return OK


def _target(file: Path | None, folder: Path, name: str, keep: int) -> Path:
    if file is None:
        return folder / name
    if file.is_dir():
        return file / name
    if keep:
        raise Stop(
            USAGE,
            "--keep 只用于文件夹:请给出已有的文件夹,文件名由程序按时间命名",
            "--keep is for folders: name one that exists, and the program names the files by their time",
        )
    return file


def _say_taken(taken: Taken, deleted: list[Path]) -> None:
    size = taken.bytes / 1e6
    DESK.say(
        f"已备份:{taken.file}({taken.rows} 行,{size:.1f} MB)\n总摘要 {taken.head}",
        f"Backup: {taken.file} ({taken.rows} rows, {size:.1f} MB)\nHead {taken.head}",
    )
    if taken.with_key:
        DESK.say(
            "其中含有密钥:得到此文件者可读全部内容,请妥善保管。",
            "The key is inside: who has this file can read everything. Keep it like the key itself.",
        )
    elif taken.has_key:
        DESK.say(
            "密钥 secret.key 不在其中,请另行保管:没有它,证件号、电话、附件和文书无法恢复。",
            "secret.key is NOT inside; keep it elsewhere: without it telephones, attachments, papers … are lost.",
        )
    for one in deleted:
        DESK.say(f"已删除旧备份 {one}", f"deleted the older {one}")


def restore(file: Path = typer.Argument(..., help="concord backup 写出的文件 a file of `concord backup`")) -> int:
    """恢复 · into an empty place, on either database; nothing is there until everything is."""
    from config.settings import load_settings
    from flows.backup.restoring import restore_backup
    from flows.office import utc_now

    if not file.is_file():
        raise Stop(NOT_FOUND, f"没有文件 {file}", f"there is no file {file}")
    settings = load_settings()
    restored = restore_backup(settings, file, utc_now())
    value: dict[str, Any] = {
        "rows": restored.rows, "tables": restored.tables, "head": restored.head, "taken_at": restored.taken_at,
        "taken_from": restored.database, "key_here": restored.key_here,
        "broken": [{"where": one.where, "what": one.what} for one in restored.broken],
    }  # fmt: skip
    DESK.answer(value, lambda: _say_restored(restored, settings.home))
    if restored.broken:
        return FAULT
    return OK if restored.key_here else PARTLY


def _say_restored(restored: Restored, home: Path) -> None:
    DESK.say(
        f"已恢复 {restored.rows} 行,备份于 {restored.taken_at:%Y-%m-%d %H:%M} UTC({restored.database})。\n"
        f"办案记录已核验,总摘要 {restored.head}",
        f"{restored.rows} rows restored, taken on {restored.taken_at:%Y-%m-%d %H:%M} UTC ({restored.database}).\n"
        f"The record was read back. Head {restored.head}",
    )
    for one in restored.broken[:20]:
        DESK.say(f"✗ 备份之前即已损坏:{one.where}:{one.what}", f"✗ broken before the backup: {one.where}: {one.what}")
    if not restored.key_here:
        DESK.say(
            f"缺少密钥:请先将该备份的 secret.key 放入 {home},再启动;否则证件号、电话、附件和文书无法打开。",
            f"The key is missing: put the secret.key of this backup into {home} before anything is started; "
            "until then identity numbers, telephones, attachments and papers do not open.",
        )
