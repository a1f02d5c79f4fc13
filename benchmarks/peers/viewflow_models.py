"""The Django models and the viewflow flow class of the work. Import only once Django is configured."""

# mypy: disable-error-code="misc, untyped-decorator, no-any-return"
# Django and viewflow come without types.

from __future__ import annotations

from django.db import models
from viewflow import fsm

from benchmarks.work import ACTOR, ANSWERS, DAY, NOW, STATES, WAYS, has_claim


class CaseFile(models.Model):
    """A case; `version` is the optimistic lock."""

    id = models.IntegerField(primary_key=True)
    number = models.TextField(unique=True)
    state = models.TextField()
    version = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    updated_at = models.BigIntegerField()

    class Meta:
        app_label = "benchmarks"
        db_table = "case_file"


class CaseEvent(models.Model):
    """A history row."""

    id = models.AutoField(primary_key=True)
    case = models.ForeignKey(CaseFile, on_delete=models.CASCADE)
    version = models.BigIntegerField()
    step = models.TextField()
    source = models.TextField()
    target = models.TextField()
    actor = models.TextField()
    at = models.BigIntegerField()
    answers = models.TextField()

    class Meta:
        app_label = "benchmarks"
        db_table = "case_event"


class Deadline(models.Model):
    """A deadline row."""

    id = models.AutoField(primary_key=True)
    case = models.ForeignKey(CaseFile, on_delete=models.CASCADE)
    kind = models.TextField()
    due_at = models.BigIntegerField()
    status = models.TextField()

    class Meta:
        app_label = "benchmarks"
        db_table = "deadline"


class Outbox(models.Model):
    """An outbox row."""

    id = models.AutoField(primary_key=True)
    case = models.ForeignKey(CaseFile, on_delete=models.CASCADE)
    version = models.BigIntegerField()
    topic = models.TextField()
    status = models.TextField()
    next_at = models.BigIntegerField()

    class Meta:
        app_label = "benchmarks"
        db_table = "outbox"


class CaseFlow:
    """The transitions of the work around one case, as viewflow's documentation writes them."""

    state = fsm.State([(state, state) for state in STATES], default=STATES[0])

    def __init__(self, case: CaseFile) -> None:
        self.case = case

    @state.getter()
    def _read(self) -> str:
        return self.case.state

    @state.setter()
    def _write(self, value: str) -> None:
        self.case.state = value

    def claim_has_amount(self) -> bool:
        """The guard."""
        return has_claim(self.case.amount_fen)

    def stamp(self) -> None:
        """What every transition does beside moving the state."""
        self.case.updated_at = NOW

    @state.transition(source="received", target="accepted")
    def accept(self) -> None:
        self.stamp()

    @state.transition(source="accepted", target="mediating")
    def start(self) -> None:
        self.stamp()

    @state.transition(source="mediating", target="mediating")
    def meet(self) -> None:
        self.stamp()

    @state.transition(source="mediating", target="agreed", conditions=[claim_has_amount])
    def agree(self) -> None:
        self.stamp()

    @state.transition(source="agreed", target="performing")
    def perform(self) -> None:
        self.stamp()

    @state.transition(source="performing", target="verified")
    def verify(self) -> None:
        self.stamp()

    @state.transition(source="verified", target="closed")
    def close(self) -> None:
        self.stamp()


def add_rows(case: CaseFile, source: str, step: str, version: int) -> None:
    """Create the event, the deadlines and the outbox row of a step that was taken."""
    fixed = {"actor": ACTOR, "at": NOW, "answers": ANSWERS}
    CaseEvent.objects.create(case=case, version=version, step=step, source=source, target=case.state, **fixed)
    for kind, days in WAYS[step, source].deadlines:
        Deadline.objects.create(case=case, kind=kind, due_at=NOW + days * DAY, status="open")
    Outbox.objects.create(case=case, version=version, topic=f"case.{case.state}", status="waiting", next_at=NOW)
