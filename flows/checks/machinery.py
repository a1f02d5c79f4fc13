"""Checks of the office's own machinery: requests, batches, runs, sweeps, processes, the record.

Requests and batches belong to the units of their cases. Runs, processes and the record belong to the whole office.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import String, cast, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from config.timetable import TIMETABLE
from flows.checks.check import Check, Look, spots
from models.base import AnySelect
from models.cases import CaseFile
from models.people import Organisation
from models.processes import Process
from models.requests import OPEN_RUNS, Run, StepBatch, StepRequest
from states.labels import Label

#: longer than anybody waits for a step, and than the watchers need to take it up
UNANSWERED = timedelta(seconds=60)
#: a batch without a settled request for so long has lost its runner
STALLED = timedelta(seconds=90)
#: a work nobody took for so long: workers look four times a second, a lone scheduler after a minute
UNTAKEN = timedelta(minutes=5)
#: a process that was not heard of for so long is gone: it beats every two seconds, and a machine may be asleep for a moment
SILENT = timedelta(seconds=30)
#: how long a process that died, or a run that was lost, is told of
TOLD_FOR = timedelta(days=2)
VERIFYING = ("sweep-audit", "verify-record")


def _requests(look: Look, *where: Any) -> AnySelect:
    query = spots(StepRequest.id, number=CaseFile.number, case_id=StepRequest.case_id, detail=StepRequest.step,
                  at=StepRequest.created_at)  # fmt: skip
    return (
        query.select_from(StepRequest)
        .outerjoin(CaseFile, CaseFile.id == StepRequest.case_id)
        .join(Organisation, Organisation.id == func.coalesce(CaseFile.unit_id, StepRequest.unit_id))
        .where(look.here(), *where)
    )


def _is(column: Any, value: str) -> Any:
    """The condition as a short index has it: the value stands in the statement itself."""
    return column == literal(value, literal_execute=True)


def _failed(look: Look) -> AnySelect:
    return _requests(look, _is(StepRequest.status, "failed"))


def _unanswered(look: Look) -> AnySelect:
    alone = StepRequest.batch_id.is_(None)
    return _requests(look, _is(StepRequest.status, "waiting"), alone, StepRequest.created_at < look.now - UNANSWERED)


def _stalled(look: Look) -> AnySelect:
    since, one = look.now - STALLED, aliased(StepRequest)
    moving = exists().where(one.batch_id == StepBatch.id, one.settled_at > since)
    done = exists().where(Run.flow == "advance-batch", Run.state == "running", Run.lease_until >= look.now,
                          Run.key == literal("batch:").concat(cast(StepBatch.id, String)))  # fmt: skip
    query = spots(StepBatch.id, number=None, unit=False, detail=StepBatch.step, at=StepBatch.created_at)
    left = (
        select(StepRequest.id)
        .outerjoin(CaseFile, CaseFile.id == StepRequest.case_id)
        .join(Organisation, Organisation.id == func.coalesce(CaseFile.unit_id, StepRequest.unit_id))
        .where(StepRequest.batch_id == StepBatch.id, StepRequest.status == "waiting", look.here())
    )
    unsettled = (StepBatch.settled_at.is_(None), StepBatch.created_at < since)
    return query.select_from(StepBatch).where(*unsettled, ~moving, ~done, left.exists())


def _runs(*where: Any) -> AnySelect:
    query = spots(Run.id, unit=False, detail=Run.flow, at=Run.started_at)
    return query.select_from(Run).where(*where)


def _abandoned(look: Look) -> AnySelect:
    silent = or_(Run.lease_until < look.now, Run.lease_until.is_(None))
    return _runs(OPEN_RUNS, Run.state == "running", silent)


def _untaken(look: Look) -> AnySelect:
    return _runs(OPEN_RUNS, Run.state == "waiting", Run.filed_at < look.now - UNTAKEN)


def _lost(look: Look) -> AnySelect:
    later = aliased(Run)
    again = exists().where(later.flow == Run.flow, later.id > Run.id, later.state == "done",
                           or_(later.key == Run.key, Run.flow.startswith("sweep-")))  # fmt: skip
    return _runs(Run.started_at > look.now - TOLD_FOR, Run.state == "lost", ~again)


def _sweeps_late(look: Look) -> AnySelect:
    """The last time each sweep ended well, by its own stamp, where that was too long ago. One walk down an index each."""
    asked = []
    for no, bell in enumerate(TIMETABLE):
        if bell.draining:
            continue  # they are journalled only when they did something
        newest = (
            select(Run.id, Run.ended_at)
            .where(Run.flow == f"sweep-{bell.sweep}", Run.state == "done")
            .order_by(Run.id.desc())
            .limit(1)
            .subquery()
        )
        late = newest.c.ended_at < look.now - bell.patience
        asked.append(spots(literal(no), unit=False, detail=literal(bell.sweep), at=newest.c.ended_at).where(late))
    return select(*union_all(*asked).subquery().c)


def _sweeps_failed(_look: Look) -> AnySelect:
    """Sweeps whose newest run went wrong."""
    asked = []
    for no, bell in enumerate(TIMETABLE):
        newest = (
            select(Run.id, Run.state, Run.started_at)
            .where(Run.flow == f"sweep-{bell.sweep}", Run.state.in_(("done", "failed")))
            .order_by(Run.id.desc())
            .limit(1)
            .subquery()
        )
        asked.append(spots(literal(no), unit=False, detail=literal(bell.sweep), at=newest.c.started_at)
                     .where(newest.c.state == "failed"))  # fmt: skip
    return select(*union_all(*asked).subquery().c)


def _verified(_look: Look) -> AnySelect:
    """The newest verification, if it found something."""
    newest = select(Run.id).where(Run.flow.in_(VERIFYING), Run.state == "done").order_by(Run.id.desc()).limit(1)
    broken = Run.counts["broken"].as_integer() > 0
    query = spots(Run.id, unit=False, detail=literal("chain"), at=Run.ended_at).select_from(Run)
    return query.where(Run.id == newest.scalar_subquery(), broken)


def silent_processes(look: Look) -> AnySelect:
    """Processes that fell silent without a word, and that no other one of the same roles on the same host replaced."""
    other = aliased(Process)
    alive = exists().where(other.host == Process.host, other.roles == Process.roles, other.ended_at.is_(None),
                           other.beat_at > look.beats - SILENT)  # fmt: skip
    query = spots(Process.id, unit=False, number=Process.name, detail=Process.roles, at=Process.beat_at)
    gone = (Process.ended_at.is_(None), Process.beat_at < look.beats - SILENT, Process.beat_at > look.beats - TOLD_FOR)
    # a process of one run ("run") comes and goes; its run is another finding
    return query.select_from(Process).where(*gone, ~alive, Process.roles != "run")


def _without_prefect(look: Look) -> AnySelect:
    query = spots(Process.id, unit=False, number=Process.name, detail=Process.roles, at=Process.beat_at)
    lives = (Process.ended_at.is_(None), Process.beat_at >= look.beats - SILENT)
    return query.select_from(Process).where(*lives, Process.condition["breaker"].as_string() == "open")


MACHINERY_CHECKS = (
    Check(code="failed_steps", query=_failed,
          says=Label("办理出错未完成", "steps that went wrong"),
          remedy=Label("查明原因后重试", "mend the cause, then retry"),
          repair=Label("重试", "Retry")),
    Check(code="request_unanswered", query=_unanswered,
          says=Label("无人受理的办理请求", "requests nobody took up"),
          remedy=Label("立即办理", "apply them now"),
          repair=Label("立即办理", "Apply it now")),
    Check(code="batch_stalled", query=_stalled,
          says=Label("办到一半无人接续的成批办理", "batches that are half done and nobody goes on with"),
          remedy=Label("接着办完", "go on with them"), place="",
          repair=Label("接着办完", "Go on")),
    Check(code="run_abandoned", query=_abandoned, whole=True,
          says=Label("进程已不在而仍记为进行中的运行", "runs whose process is gone"),
          remedy=Label("由其他进程接续", "let another process go on"), place="",
          repair=Label("接续或关闭", "Claim it anew or close it")),
    Check(code="work_untaken", query=_untaken, whole=True,
          says=Label("五分钟无人认领的工作", "works nobody took for five minutes"),
          remedy=Label("启动后台进程:concord serve --role worker", "start a worker: concord serve --role worker"), place="",
          repair=Label("立即运行", "Do it now")),
    Check(code="runs_lost", query=_lost, whole=True,
          says=Label("中断后没有重做的运行", "runs that were lost and not done since"),
          remedy=Label("重新运行", "file them again"), place="",
          repair=Label("重新运行", "Do it again")),
    Check(code="sweep_late", query=_sweeps_late, whole=True,
          says=Label("延误的定时巡查", "sweeps that are late"),
          remedy=Label("查看调度进程:concord serve --role scheduler", "look at the scheduler: concord serve --role scheduler"),
          place="", repair=Label("立即巡查", "Run it now")),
    Check(code="sweep_failed", query=_sweeps_failed, whole=True,
          says=Label("最近一次出错的定时巡查", "sweeps whose last run went wrong"),
          remedy=Label("查明原因后再次巡查", "mend the cause, then run it again"), place="",
          repair=Label("再次巡查", "Run it again")),
    Check(code="record_broken", query=_verified, whole=True,
          says=Label("办案记录或封印校验不符", "the record or its seals do not hold"),
          remedy=Label("勿改数据:在旁恢复备份,比对链首与所列各处",
                       "change nothing: restore a backup beside it and compare the head and the places named"),
          place="/administration/record"),
    Check(code="process_silent", query=silent_processes, whole=True,
          says=Label("没有道别就消失的进程", "processes that fell silent without signing off"),
          remedy=Label("会由系统服务重新启动;否则请查看该机器", "its service starts it again; else look there"), place=""),
    Check(code="prefect_away", query=_without_prefect, whole=True,
          says=Label("联系不上 Prefect,运行未被观测", "Prefect is away: runs are not observed"),
          remedy=Label("办理不受影响;恢复后自动接上", "work goes on without it; it is taken up again by itself"), place=""),
)  # fmt: skip
