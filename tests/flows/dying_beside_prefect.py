"""An office process that dies in the middle of a body which a Prefect run accompanies: the program of test_reconciling.

python -m tests.flows.dying_beside_prefect HOME PORT step|batch ID      CONCORD_CRASH_AT says where it dies
"""

from __future__ import annotations

import sys
from pathlib import Path

from flows.heartbeat import Heartbeat
from flows.lane import Lane
from flows.office import open_office
from flows.performing import perform
from flows.prefect_home import apply_environment
from flows.steps import apply_request
from tests.clock import Clock
from tests.stores import settings_at

#: seconds it waits for Prefect: here everything is to be observed
PATIENT = 60.0


def main(home: Path, port: int, kind: str, subject: str) -> None:
    """Do the step or the batch beside a Prefect run."""
    office = open_office(settings_at(home, prefect=True, prefect_port=port), Clock())
    apply_environment(home / "prefect", port)
    Heartbeat(office, ("worker",), dict).start()
    lane = Lane(lambda key: apply_request(office, int(key)), wait=PATIENT)
    lane.start()
    if not lane.prefect.ready.wait(PATIENT):
        raise SystemExit("Prefect did not wake")
    if kind == "step":
        lane.run(subject)
    else:
        lane.beside("advance-batch", lambda key: perform(office, int(key))).run(subject)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
