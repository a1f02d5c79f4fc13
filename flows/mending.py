"""All places of one check, mended one after the other as a work: watched, resumed, with an answer for each place.

    ask_to_mend(office, by, "failed_steps") → the id of the run; None where nothing is left for him to mend

The places are chosen when it is asked for, and stand in the run; each has its answer in the end, mended or not. Each is a
`repair` by itself, in the name of who asked and with what he may do at that moment. A work that was broken off goes on after
the last answer that was written down; a place it mended without a word to it is in order, and says so.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from flows.checks.check import Check, Look, Spot
from flows.checks.table import check_of
from flows.integrity import spots_of
from flows.office import Office, utc_now
from flows.repairing import authority, hidden, mend
from flows.repairs.answer import not_safe
from flows.works import Claim, Counts, LeaseLost, file_work
from models.people import Person
from models.requests import OPEN_RUNS, Run
from models.trouble import again_after_a_race, trouble_of

log = logging.getLogger("concord.mending")

#: the name of the run
MEND: Final = "mend-findings"
#: places of one work; the next one takes up what is left
MOST: Final = 500


def ask_to_mend(office: Office, by: int, code: str) -> int | None:
    """Have the places mended that are his to mend, the first `MOST` of them. Asked for again before it ended it is one run.

    Raises what `repair` raises for who may not.
    """
    check = check_of(code)
    if check is None:
        raise hidden()
    if check.repair is None:
        raise not_safe(check.says, check.remedy)
    key = f"{code}:{by}"
    with office.store.read() as connection:
        places = _places(connection, office, by, check)
    with office.store.write() as connection:
        mine = select(Person.id).where(Person.id == by)
        connection.execute(mine.with_for_update(key_share=True))  # the second click waits here
        under_way = select(Run.id).where(OPEN_RUNS, Run.flow == MEND, Run.key == key).limit(1)
        if (there := connection.execute(under_way).scalar_one_or_none()) is not None:
            return int(there)
        if not places:
            return None
        asked = {"code": code, "total": len(places), "places": places}
        return file_work(connection, office, MEND, asked, key=key, person_id=by)


def _places(connection: Connection, office: Office, by: int, check: Check) -> list[list[Any]]:
    paths = authority(connection, office, by, check)
    _, spots = spots_of(connection, check, Look(office.now(), paths, utc_now()), MOST)
    return [_place(spot) for spot in spots]


def _place(spot: Spot) -> list[Any]:
    """What a page needs of it later, when the check finds it no more: (subject, number, unit, page)."""
    return [spot.subject, spot.number, spot.unit_path, spot.path]


def mend_findings(mine: Claim) -> Counts:
    """The body of that run."""
    code, places = str(mine.asked["code"]), mine.asked["places"]
    mine.counts.update(_counted(_answered(mine)))
    answers: list[list[Any]] = mine.counts["answers"]
    for subject, *_ in places[len(answers) :]:
        with mine.office.store.write() as connection:
            mine.hold(connection)
        answers.append(_answer(mine, code, int(subject)))
        mine.counts.update(_counted(answers))
        mine.progress(len(answers), len(places))
        mine.office.store.give_way()
    return {**_counted(answers), "done": len(answers), "total": len(places)}


def _answered(mine: Claim) -> list[list[Any]]:
    """What earlier attempts wrote down: (mended, what the store said in Chinese and in English), place by place."""
    with mine.office.store.read() as connection:
        before = connection.execute(select(Run.counts).where(Run.id == mine.run_id)).scalar_one()
    return list(before.get("answers", ()))


def _counted(answers: Sequence[list[Any]]) -> Counts:
    mended = sum(bool(one[0]) for one in answers)
    return {"mended": mended, "not_mended": len(answers) - mended, "answers": answers}


def _answer(mine: Claim, code: str, subject: int) -> list[Any]:
    """One place. A defect stops only itself, and stands in its answer by its kind; where the store is away, the run ends."""
    try:
        said = again_after_a_race(lambda: mend(mine.office, mine.person_id, code, subject))
    except LeaseLost:
        raise
    except Exception as fault:
        if trouble_of(fault) is not None:
            raise
        log.warning("mending %s: %s", code, type(fault).__name__)
        return [False, f"程序出错:{type(fault).__name__}", f"the program failed: {type(fault).__name__}"]
    return [said.done, said.text.zh, said.text.en]
