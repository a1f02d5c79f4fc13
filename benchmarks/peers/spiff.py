"""SpiffWorkflow: the BPMN process of the work, restored, advanced and serialised at every step.

As its documentation does it: the whole workflow with its specification in every row. Spec cached: the row
keeps the tasks alone, and the parsed specification stays in memory.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from benchmarks import sqlite_file
from benchmarks.peers.floor_sqlite import DEADLINE, EVENT, MOVE, OUTBOX
from benchmarks.work import ACTOR, ANSWERS, DAY, NOW, WAYS, NotPossibleError, Timing, new_cases, time_steps

PROCESS = Path(__file__).with_name("case.bpmn")
READ = "SELECT c.state, c.version, w.body FROM case_file c JOIN workflow w ON w.case_id = c.id WHERE c.id = ?"
KEEP = "UPDATE workflow SET body = ? WHERE case_id = ?"


def parse() -> Any:
    """The specification of the work, from its BPMN file."""
    parser = BpmnParser()
    parser.add_bpmn_file(str(PROCESS))
    return parser.get_spec("case")


class _TasksOnly(BpmnWorkflowConverter):  # type: ignore[misc]
    """Leaves the specification out of the row and takes it from memory."""

    cached: Any = None

    def to_dict(self, workflow: Any) -> dict[str, Any]:
        kept, workflow.spec = workflow.spec, None
        try:
            row: dict[str, Any] = super().to_dict(workflow)
        finally:
            workflow.spec = kept
        return row

    def from_dict(self, row: dict[str, Any]) -> Any:
        return super().from_dict({**row, "spec": self.cached})


class Spiff:
    """The whole workflow, specification included, in every row."""

    name = "spiff"

    def setup(self, directory: Path) -> None:
        self.path = sqlite_file.create(directory)
        self.db: sqlite3.Connection = sqlite_file.connect(self.path)
        self.db.execute("CREATE TABLE workflow (case_id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        self.spec = parse()
        self.serializer = self.make_serializer()

    def make_serializer(self) -> Any:
        """How a workflow becomes a row."""
        return BpmnWorkflowSerializer()

    def run(self, cases: int) -> Timing:
        sqlite_file.open_cases(self.path, cases)
        self.db.execute("BEGIN")
        for case_id, *_, amount_fen, _updated in new_cases(cases):
            workflow = BpmnWorkflow(self.spec)
            workflow.set_data(amount_fen=amount_fen, meetings=0)
            workflow.task_tree.set_data(amount_fen=amount_fen, meetings=0)
            workflow.do_engine_steps()
            self.db.execute("INSERT INTO workflow VALUES (?, ?)", (case_id, self.serializer.serialize_json(workflow)))
        self.db.execute("COMMIT")
        return time_steps(self.take, cases, lambda: sqlite_file.tally(self.path))

    def advance(self, body: str, step: str) -> str:
        """Restore, complete the user task named `step`, go on to the next one, serialise."""
        workflow = self.serializer.deserialize_json(body)
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        if task is None or task.task_spec.name != step:
            raise NotPossibleError
        if step == "meet":
            task.set_data(meetings=task.data["meetings"] + 1)
        task.run()
        workflow.do_engine_steps()
        row: str = self.serializer.serialize_json(workflow)
        return row

    def take(self, case_id: int, step: str) -> None:
        """One step in one transaction: the workflow's row and the rows of the work."""
        run = self.db.execute
        run("BEGIN IMMEDIATE")
        state, version, body = run(READ, (case_id,)).fetchone()
        run(KEEP, (self.advance(body, step), case_id))
        way = WAYS[step, state]
        if run(MOVE, (way.target, version + 1, NOW, case_id, version)).rowcount != 1:
            raise NotPossibleError
        run(EVENT, (case_id, version + 1, step, state, way.target, ACTOR, NOW, ANSWERS))
        for kind, days in way.deadlines:
            run(DEADLINE, (case_id, kind, NOW + days * DAY))
        run(OUTBOX, (case_id, version + 1, f"case.{way.target}", NOW))
        run("COMMIT")

    def close(self) -> None:
        self.db.close()


class SpiffSpecCached(Spiff):
    """The tasks alone in the row."""

    name = "spiff-cached"

    def make_serializer(self) -> Any:
        _TasksOnly.cached = self.spec
        registry = BpmnWorkflowSerializer.configure({**DEFAULT_CONFIG, BpmnWorkflow: _TasksOnly})
        return BpmnWorkflowSerializer(registry)
