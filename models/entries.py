"""Which row each entry of a decision becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, update

from models.casebook import upper_unit
from models.cases import Claim, Party
from models.contracts import Contract
from models.deadlines import Deadline
from models.items import Ballot, Clause, Meeting, Payment, ProposalRow, SettlementItem
from models.marks import identity_mark, phone_mark
from models.numbers import next_numbers
from models.outbox import Message
from models.search_index import Kind, refresh
from states import entries as said

if TYPE_CHECKING:
    from models.clerk import Act

#: standings of a contract that is over
ENDED = ("renewed", "terminated", "lapsed")

Children = dict[Any, list[dict[str, Any]]]
Row = dict[str, Any]


def _own(by: Act, **values: Any) -> Row:
    return {"case_id": by.case.id, "seq": by.seq, "undone": False, **values}


def _meeting(act: Act, entry: Any, deed: str, **values: Any) -> Row:
    blank = {"place": "", "minutes": "", "present": 0}
    return _own(act, no=entry.no, kind=entry.kind, act=deed, held_on=entry.on, **{**blank, **values})


def _party(act: Act, e: said.PartyJoins) -> Row:
    return _own(
        act, role=e.role, name=e.name, phone=e.phone, identity=e.identity, represents=e.represents,
        organisation_id=e.organisation_id, person_id=e.person_id, phone_mark=phone_mark(e.phone),
        identity_mark=identity_mark(e.identity),
    )  # fmt: skip


def _proposal(act: Act, e: said.Proposal) -> Row:
    return _own(act, round=e.round, side=e.side, clause=e.clause, text=e.text, amount=e.amount)


def _ballot(act: Act, e: said.Vote) -> Row:
    return _own(
        act, held_on=e.on, delegates=e.delegates, present=e.present, yes=e.yes, no=e.no, abstain=e.abstain,
        carried=e.carried, carried_if_half=e.carried_if_half, base=e.base,
    )  # fmt: skip


def _follow_up(act: Act, e: said.OpenCase) -> Row:
    return {
        "key": f"{act.case.id}:{act.seq}:open:{e.case_type}", "kind": "open_case", "notice": e.relation,
        "case_id": act.case.id, "seq": act.seq, "facts": {"case_type": e.case_type, "facts": dict(e.facts)},
        "status": "waiting", "attempt": 0, "next_try_at": act.at, "created_at": act.at, "channel": "",
        "error": "", "subject": "", "body": "",
    }  # fmt: skip


_ROWS: dict[type, tuple[Any, Callable[[Any, Any], Row]]] = {
    said.PartyJoins: (Party, _party),
    said.ClaimMade: (Claim, lambda act, e: _own(act, cause=e.cause, amount=e.amount, text=e.text)),
    said.Instalment: (
        SettlementItem, lambda act, e: _own(act, no=e.no, amount=e.amount, due_on=e.due_on, currency="CNY")),
    said.Payment: (
        Payment,
        lambda act, e: _own(act, no=e.no, amount=e.amount, paid_on=e.paid_on, evidence=e.evidence, currency="CNY")),
    said.MeetingSet: (Meeting, lambda act, e: _meeting(act, e, "set", place=e.place)),
    said.MeetingPut: (Meeting, lambda act, e: _meeting(act, e, "put_off", minutes=e.reason)),
    said.MeetingHeld: (Meeting, lambda act, e: _meeting(act, e, "held", minutes=e.minutes, present=e.present)),
    said.Proposal: (ProposalRow, _proposal),
    said.ClauseWritten: (
        Clause,
        lambda act, e: _own(act, no=e.no, title=e.title, content=e.content, text=e.text, amount=e.amount)),
    said.Vote: (Ballot, _ballot),
    said.OpenCase: (Message, _follow_up),
}  # fmt: skip


def collect(children: Children, act: Act, entry: said.Entry) -> None:
    """Put the row that an entry becomes to the others of its table. Facts, owner and unit stand on the case itself."""
    if isinstance(entry, said.ContractBecomes):
        children[Contract].append({"act": act, "entry": entry})
        return
    known = _ROWS.get(type(entry))
    if known is not None:
        table, row = known
        children[table].append(row(act, entry))


def write_children(connection: Connection, children: Children) -> None:
    """Write what was collected, one statement a table."""
    for becoming in children.pop(Contract, []):
        _set_standing(connection, becoming["act"], becoming["entry"])
    for table, rows in children.items():
        connection.execute(insert(table.__table__), rows)


def places(connection: Connection, act: Act) -> tuple[int | None, int]:
    """The contract and the unit of the case after the step."""
    contract_id, unit_id = act.case.contract_id, act.case.unit_id
    for entry in act.decision.entries:
        if isinstance(entry, said.MoveUp):
            unit_id = upper_unit(connection, act.case) or unit_id
        elif isinstance(entry, said.ContractSigned):
            contract_id = _sign(connection, act, entry)
    return contract_id, unit_id


def _sign(connection: Connection, act: Act, entry: said.ContractSigned) -> int:
    """The contract of the case: made at its first signature, changed when it is signed again before it ended."""
    case, facts = act.case, act.facts
    predecessor_id = facts.get("predecessor_id")
    values = {
        "starts_on": entry.starts_on, "expires_on": entry.expires_on, "signed_on": entry.signed_on,
        "workers": entry.workers, "women": entry.women, "standing": "signed",
    }  # fmt: skip
    if case.contract_id is not None:
        running = update(Contract).where(Contract.id == case.contract_id, Contract.standing.not_in(ENDED))
        if connection.execute(running.values(**values).returning(Contract.id)).first():
            return case.contract_id
        predecessor_id = case.contract_id
    number = next_numbers(connection, f"contract{entry.signed_on.year}")[0]
    made = insert(Contract).values(
        number=f"HT{entry.signed_on.year}-{number:05d}", unit_id=case.unit_id, employer_id=case.employer_id,
        employer_name=str(facts.get("employer", "")), kind=facts.get("kind", "collective"),
        scope=facts.get("scope", "enterprise"), pack=case.pack, predecessor_id=predecessor_id,
        source="case", union_name="", industry="", more={}, **values,
    )  # fmt: skip
    contract_id: int = connection.execute(made.returning(Contract.id)).scalar_one()
    refresh(connection, Kind.CONTRACT, [contract_id])
    return contract_id


def _set_standing(connection: Connection, act: Act, entry: said.ContractBecomes) -> None:
    contract_id = act.facts.get("predecessor_id") if entry.which == "predecessor" else act.case.contract_id
    if contract_id is None:
        return
    connection.execute(update(Contract).where(Contract.id == contract_id).values(standing=entry.standing))
    if entry.standing in ENDED:  # the register's own clocks have nothing to remind of any more
        clocks = update(Deadline).where(Deadline.contract_id == contract_id, Deadline.status.in_(("open", "expired")))
        status = "met" if entry.standing == "renewed" else "void"
        connection.execute(clocks.values(status=status, next_on=None, met_on=entry.on))
