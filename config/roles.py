"""What a process of the office can be started as: all of it on one machine, or each part on machines of its own."""

from __future__ import annotations

from typing import Final

#: pages, REST, and the steps of those who use them
WEB: Final = "web"
#: rings the bells, files what is to be done; several may run, one rings
SCHEDULER: Final = "scheduler"
#: does what was filed, and sends what is in the outbox; as many as needed
WORKER: Final = "worker"
#: Prefect's own server
PREFECT: Final = "prefect"
ROLES: Final = (WEB, SCHEDULER, WORKER, PREFECT)
