"""`make chaos`: the long dose of every test of a fault, and the table of what was measured.

CHAOS_DOSE and CHAOS_SEED as in tests/chaos/dose.py; further words go to pytest. What runs on PostgreSQL too is run there by
`.venv/bin/python -m tests.on_postgres tests/chaos` under the same variables; both write into one file.
"""

from __future__ import annotations

import os
import subprocess
import sys

from config.settings import ROOT


def main() -> int:
    """Run them, then print the table; the tests' exit code."""
    env = {"CHAOS_DOSE": "10", "CHAOS_FIGURES": str(ROOT / "var" / "chaos.jsonl"), **os.environ}
    tests = [sys.executable, "-m", "pytest", "-q", "-m", "chaos", "-o", "timeout=3600", *(sys.argv[1:] or ["tests"])]
    done = subprocess.run(tests, cwd=ROOT, env=env, check=False).returncode
    subprocess.run([sys.executable, "-m", "tests.chaos.report"], cwd=ROOT, env=env, check=True)
    return done


if __name__ == "__main__":
    sys.exit(main())
