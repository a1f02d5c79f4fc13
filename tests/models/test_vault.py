"""The key of a home: made once, whoever starts first."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from models.vault import Vault


def test_processes_that_start_together_read_one_key(tmp_path: Path) -> None:
    key, at_once = tmp_path / "home" / "secret.key", Barrier(16)
    vaults = [Vault() for _ in range(16)]

    def start(vault: Vault) -> None:
        at_once.wait()
        vault.unlock(key)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(start, vaults))
    said = [vault.seal("张三") for vault in vaults]
    assert all(vault.open(one) == "张三" for vault in vaults for one in said)
    assert [file.name for file in key.parent.iterdir()] == ["secret.key"]
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
