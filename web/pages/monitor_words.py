"""The words of the monitor: what each flow is called, and what a word of the program means to a person."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from documents.catalogue import PAPERS
from models.running import SWEEPING
from notifications.catalogue import NOTICES
from states.casetype import OPEN
from states.labels import Label
from states.register import REGISTER_RULES
from states.registry import all_types

STEPS = Label("办理步骤", "Steps of cases")
FLOWS = {
    "advance-batch": Label("成批办理", "Batch"), "import-upload": Label("导入台账", "Import of a file"),
    "verify-record": Label("核验记录", "Verification of the record"), "mend-findings": Label("成批修复", "Mending of findings"),
    "import-contracts": Label("导入合同(命令行)", "Import of contracts"),
    "import-ledger": Label("导入台账(命令行)", "Import of a ledger"), "recount-dates": Label("重算期限", "Dates counted anew"),
    "backup": Label("备份", "Backup"),
    "sweep-deadlines": Label("期限巡查", "Deadlines"), "sweep-follow-ups": Label("后续案件", "Follow-up cases"),
    "sweep-outbox": Label("发送通知", "Sending notices"), "sweep-hooks": Label("发送回调", "Web-hooks"),
    "sweep-rescue": Label("接续中断的工作", "Rescue of broken-off work"), "sweep-seal": Label("封印记录", "Sealing the record"),
    "sweep-digest": Label("每日提要", "Daily digest"), "sweep-integrity": Label("数据核对", "Integrity check"),
    "sweep-audit": Label("记录核验", "Audit of the record"), "sweep-watch": Label("自我看护", "Watch over the office"),
    "sweep-reconcile": Label("与 Prefect 核对", "Reconciliation with Prefect"),
}  # fmt: skip
#: the groups a list can be narrowed to, besides each flow by itself
STEPS_OF_CASES, WORKS, SWEEPS = "steps", "works", "sweeps"
GROUPS = {
    STEPS_OF_CASES: STEPS, WORKS: Label("成批办理、导入、核验、修复", "Batches, imports, verifications, mendings"),
    SWEEPS: Label("巡查", "Sweeps"),
}  # fmt: skip
#: what happened to a process, or to a machine under it, in words; others are shown as they are
CAUSES = {
    "ProcessEnded": Label("进程中断", "the process ended"),
    "OperationalError": Label("数据库连不上或忙", "database away or busy"),
    "IntegrityError": Label("数据不合规则", "a rule of the database"), "DBAPIError": Label("数据库出错", "the database failed"),
    "OSError": Label("磁盘或网络出错", "disk or network"), "TimeoutError": Label("等待超时", "waited too long"),
    "ConnectionError": Label("网络连接中断", "the connection broke"), "LeaseLost": Label("已由别的进程接办", "taken over"),
    "MemoryError": Label("内存不足", "out of memory"), "": Label("原因不明", "cause unknown"),
}  # fmt: skip

#: counts of a work that are told, by the name they bear in the journal
COUNTS = {
    "chosen": Label("件数", "Cases"), "applied": Label("已办理", "Applied"), "refused": Label("未予办理", "Refused"),
    "failed": Label("出错", "Failed"), "accepted": Label("接受", "Accepted"), "added": Label("新增", "Added"),
    "already": Label("早已在册", "There before"), "events": Label("办案记录", "Events"), "cases": Label("案件", "Cases"),
    "seals": Label("封印", "Seals"), "broken": Label("不符之处", "Places that do not hold"),
    "reminders": Label("提醒", "Reminders"), "requests": Label("办理请求", "Requests"),
    "sent": Label("已发送", "Sent"), "parked": Label("搁置", "Parked"), "retried": Label("待再试", "To be tried again"),
    "looked_at": Label("查看期限", "Clocks looked at"), "unknown": Label("不识期限", "Clocks unknown here"),
    "expired": Label("届满", "Expired"),
    "steps": Label("自动办理", "Steps of the clock"), "renewals": Label("续签提醒", "Renewals"),
    "sealed": Label("已封印", "Sealed"), "digests": Label("提要", "Digests"), "findings": Label("发现的问题", "Findings"),
    "mended": Label("已修复", "Mended"), "not_mended": Label("未修复", "Not mended"),
    "opened": Label("登记案件", "Cases opened"), "runs": Label("运行", "Runs"), "messages": Label("通知", "Messages"),
    "batches": Label("成批", "Batches"), "rows": Label("行", "Rows"),
}  # fmt: skip


OTHERS = {
    "head": Label("链首不符", "its head differs"), "chain": Label("记录链或封印不符", "chain or seal"),
    "renews": Label("续签", "Renewal"),
}  # fmt: skip


class Said(NamedTuple):
    """A cause as people read it, and as the program wrote it down."""

    label: Label
    code: str


def flow_label(flow: str) -> Label:
    """What a flow is called."""
    return FLOWS.get(flow, Label(flow, flow))


def flows_of(group: str) -> list[str]:
    """The flows of a group; of a single flow itself, of any other word none."""
    if group == SWEEPS:
        return [flow for flow in FLOWS if flow.startswith(SWEEPING)]
    if group == WORKS:
        return [flow for flow in FLOWS if not flow.startswith(SWEEPING)]
    return [group] if group in FLOWS else []


def cause(error: str) -> Said:
    """A kind of fault in words."""
    kind = error.split(":")[0].strip()
    return Said(CAUSES.get(kind, Label(kind, kind)), error)


@cache
def _words() -> dict[str, Label]:
    rules = {key: rule.label for kind in all_types() for key, rule in kind.rule.items()}
    rules |= {key: rule.label for key, rule in REGISTER_RULES.items()}
    steps = {OPEN: all_types()[0].opening.label}
    steps |= {step.name: step.label for kind in all_types() for step in kind.steps if step.name != OPEN}
    papers = {key: paper.label for key, paper in PAPERS.items()}
    stages = {str(stage): stage.label for kind in all_types() for stage in kind.stages}
    return {**stages, **steps, **rules, **{key: one.label for key, one in NOTICES.items()}, **papers, **FLOWS, **OTHERS}


def word(text: str) -> Label:
    """A word of the program (a rule, a notice, a paper, a flow, a kind of fault) as people say it; others as they are."""
    return _words().get(text) or Label(text, text)
