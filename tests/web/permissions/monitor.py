"""The monitor and the journal of runs: for those who supervise or administer; what lies elsewhere is as absent as nothing."""

from __future__ import annotations

from tests.web.permissions import rule

WATCHES = {"supervisor", "administrator"}

RULES = (
    rule("GET /supervision/findings", WATCHES),
    rule("GET /supervision/findings/live", WATCHES, query="?seconds=0"),
    rule("GET /supervision/findings/{code}", WATCHES, code="failed_steps"),
    rule("GET /supervision/findings/{code}", WATCHES, code="sweep_late"),
    rule("GET /supervision/findings/{code}", set(), code="no_such_check"),
    rule("POST /supervision/findings/{code}/repair", {"supervisor"}, 303, code="failed_steps", form={}),
    rule("POST /supervision/findings/{code}/repair", {"supervisor"}, 303, code="failed_steps", form={"subject": "failed"}),
    # the failed step of another district: hidden, whoever asks
    rule("POST /supervision/findings/{code}/repair", set(), code="failed_steps", form={"subject": "failed_elsewhere"}),
    # what concerns the whole office is mended at the top
    rule("POST /supervision/findings/{code}/repair", WATCHES, 303, code="sweep_failed", form={}),
    rule("POST /supervision/findings/{code}/repair", set(), code="no_such_check", form={}),
    rule("GET /supervision/runs", WATCHES),
    rule("GET /supervision/runs", WATCHES, query="?flow=works"),
    rule("GET /supervision/runs", WATCHES, query="?flow=sweeps&state=failed"),
    rule("GET /supervision/runs/step/{request_id}", WATCHES, request_id="failed"),
    rule("GET /supervision/runs/step/{request_id}", set(), request_id="failed_elsewhere"),
    rule("GET /supervision/runs/work/{run_id}", WATCHES, run_id="failed_sweep"),
    rule("GET /supervision/runs/work/{run_id}", set(), run_id="work_elsewhere"),
    rule("GET /supervision/runs/work/{run_id}/live", WATCHES, run_id="failed_sweep", query="?seconds=0"),
    rule("GET /supervision/runs/work/{run_id}/live", set(), run_id="work_elsewhere", query="?seconds=0"),
    rule("POST /supervision/runs/work/{run_id}/retry", WATCHES, 303, run_id="failed_sweep", form={}),
    rule("POST /supervision/runs/work/{run_id}/retry", set(), run_id="work_elsewhere", form={}),
)  # fmt: skip
