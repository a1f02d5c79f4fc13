"""The sweeps by name, each journalled: what the bells ring, and what `concord sweep` runs by hand at any date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.timetable import BELLS
from flows.accounts.sessions import forget_old_sessions
from flows.accounts.throttle import forget_old_tries
from flows.deadlines import sweep_deadlines
from flows.followups import open_follow_ups
from flows.hooks import deliver_events, post_events
from flows.integrity import report_findings
from flows.office import Office
from flows.reconciling import reconcile
from flows.rescue import pending_work, rescue_all
from flows.tidying import forget_ended_processes, forget_quiet_runs
from flows.watching import watch
from flows.works import journalled, last_done
from models.audit import seal, verify
from notifications.alerts import post_alert
from notifications.channels import channels_of
from notifications.digest import write_digests
from notifications.outbox import drain

Counts = dict[str, Any]

#: a sweep of the outbox ends after so many rounds; the next bell goes on
_ROUNDS = 50
#: sweeps that run every few seconds: journalled only when they did something
_QUIET = frozenset({"outbox", "hooks", "follow-ups", "rescue"})


def _outbox(office: Office) -> Counts:
    channels = channels_of(office.settings)
    total: dict[str, int] = {}
    for _ in range(_ROUNDS):
        drained = drain(office.store, office.settings, office.now(), channels)
        for name, count in drained.as_json().items():
            total[name] = total.get(name, 0) + int(count)
        if not drained.more:
            break
    total["more"] = int(drained.more)
    return total


def _hooks(office: Office) -> Counts:
    return {"events": post_events(office), **deliver_events(office).as_json()}


def _deadlines(office: Office) -> Counts:
    return sweep_deadlines(office).as_json()


def _follow_ups(office: Office) -> Counts:
    return {"opened": open_follow_ups(office)}


def _seal(office: Office) -> Counts:
    with office.store.write() as connection:
        return {"sealed": seal(connection, office.now())}


def _digest(office: Office) -> Counts:
    with office.store.write() as connection:
        return {"digests": write_digests(connection, office.today(), office.now())}


def _integrity(office: Office) -> Counts:
    with office.store.write() as connection:
        now = office.now()
        forgotten = sum(forget(connection, now) for forget in _FORGETTING)
    return {"findings": report_findings(office), "forgotten": forgotten}


_FORGETTING = (forget_quiet_runs, forget_old_tries, forget_old_sessions, forget_ended_processes)


def _audit(office: Office) -> Counts:
    with office.store.read() as connection:
        result = verify(connection)
    lines = [[broken.where, broken.what] for broken in result.broken[:50]]
    if result.broken:
        with office.store.write() as connection:
            post_alert(connection, "audit_broken", f"audit:{office.today()}", {"broken": lines}, office.now())
    return {"events": result.events, "broken": len(result.broken), "places": lines}


def _watch(office: Office) -> Counts:
    counts = watch(office)
    if any(name.startswith("nobody_works") for name in counts["on"]):
        _outbox(office)  # nobody else would deliver the word that nobody works
    return counts


SWEEPS: dict[str, Callable[[Office], Counts]] = {
    "deadlines": _deadlines,
    "follow-ups": _follow_ups,
    "outbox": _outbox,
    "hooks": _hooks,
    "rescue": rescue_all,
    "seal": _seal,
    "digest": _digest,
    "integrity": _integrity,
    "audit": _audit,
    "watch": _watch,
    "reconcile": reconcile,
}
#: what `concord sweep` runs when no sweep is named, in this order
BY_HAND = ("rescue", "deadlines", "follow-ups", "outbox", "hooks")


def run_sweep(office: Office, name: str) -> Counts:
    """Run one sweep and give its counts. Raises KeyError for a name nobody wrote."""
    sweep = SWEEPS[name]
    if name in _QUIET and not pending_work(office, name):  # an empty tick leaves no trace
        return {}
    with journalled(office, f"sweep-{name}", office.now().isoformat()) as counts:
        counts.update(sweep(office))
    return counts


def warn_if_late(office: Office, name: str) -> None:
    """Tell the administrators when a sweep of this office has not ended well for so long: it was down, or it fails."""
    last = last_done(office, f"sweep-{name}")
    if last is not None and office.now() - last > BELLS[name].patience:
        facts = {"sweep": name, "last_at": last.isoformat(timespec="minutes")}
        with office.store.write() as connection:
            post_alert(connection, "sweep_late", f"sweep-late:{name}:{last.isoformat()}", facts, office.now())
