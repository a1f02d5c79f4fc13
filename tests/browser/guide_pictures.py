"""The pictures of the guides (docs/guide/pictures), taken from a demo office on one fixed day: `make pictures`.

The day is fixed so that the same program gives the same pictures, but for the secret on the slip. Each is a part of a page, at
most a thousand pixels wide, as a JPEG; whoever changes a page takes them anew, looks at them, and commits them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, ViewportSize, sync_playwright
from sqlalchemy import delete, insert, select, update

from cli.serve import free_port
from config.clock import noon_of
from config.settings import ROOT, Settings
from flows.importing.demo import DEMO_PASSWORD, load_demo, open_demo_accounts
from flows.office import Office, open_office
from flows.serving import Service
from flows.sweeps import BY_HAND, run_sweep
from models.cases import CaseFile
from models.migrating import migrate
from models.offices import SearchText
from models.outbox import Message
from models.papers import Document
from models.requests import StepRequest
from models.search_index import Kind, row_id
from tests.browser.clerk import Clerk
from tests.browser.conftest import CHROMIUM
from web.server import WebServer

FOLDER = ROOT / "docs" / "guide" / "pictures"
#: a Friday, with the calendar of its year published
DAY = date(2026, 11, 20)
DESK, PHONE = 1000, 390
QUALITY, MARGIN = 62, 16
#: what stands on the slip; the browser takes the shorter way
ADDRESS = "https://office.example.org"
#: the browser's own words, in date fields
CHINESE = {"LANG": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"}
DISPUTE, TALKS = "/cases/D2026-00013", "/cases/B2026-00007"


@dataclass(frozen=True)
class Picture:
    """A part of a page: who opens it, what he does there, and between which elements (CSS) the part lies."""

    name: str
    who: str
    path: str
    until: str
    act: Callable[[Clerk], None] | None = None
    #: what happened in the office before; it stays for the pictures after this one
    before: Callable[[Office], None] | None = None
    since: str = ""
    width: int = DESK
    language: str = "zh"


def _session_held_tomorrow(clerk: Clerk) -> None:
    clerk.fill(on="2026-11-23", minutes="双方到场,单位愿意分两期支付。")
    clerk.send()


def _vote_tried(clerk: Clerk) -> None:
    clerk.fill(delegates=40, present=30, yes=20)
    clerk.page.locator("main form button").first.click()


def _invited(clerk: Clerk) -> None:
    clerk.page.locator('button[name="everything"]').click()
    clerk.fill(sent_on=DAY.isoformat(), received_on=DAY.isoformat(), topics="2027年度工资增长")
    clerk.page.locator('main form[action="/batches"] button[type=submit]:not([name])').click()
    clerk.page.wait_for_url("**/batches/*")
    for _ in range(100):
        bar = clerk.page.locator("main progress").first
        if bar.get_attribute("value") == bar.get_attribute("max"):
            break
        clerk.page.wait_for_timeout(200)
        clerk.page.reload()


def _grievance(clerk: Clerk) -> None:
    clerk.page.select_option('main [name="unit"]', label="清波街道总工会")
    clerk.fill(name="丁小满", phone="13900009999", employer="花港商城有限公司", cause="wage_arrears", consent=True)
    clerk.fill(summary="八、九两个月工资没有发,多次催要未果。希望工会帮助要回工资。")


def _registered(clerk: Clerk) -> None:
    _grievance(clerk)
    clerk.send()
    clerk.page.locator(".slip").wait_for()


def _followed(clerk: Clerk) -> None:
    _registered(clerk)
    number, secret = clerk.page.locator(".slip dd").all_inner_texts()
    clerk.open("/desk/follow")
    clerk.fill(number=number, secret=secret)
    clerk.send()


def _a_bad_night(office: Office) -> None:
    """Two notices nobody took, a paper that is gone, a case that is not found, a step that failed."""
    now = office.now()
    with office.store.write() as connection:
        if connection.execute(select(Message.id).where(Message.status == "parked").limit(1)).first() is not None:
            return
        sent = select(Message.id).where(Message.kind == "notice", Message.case_id.is_not(None), Message.status == "sent")
        lost = select(Document.id).where(Document.paper == "acceptance_notice").order_by(Document.id.desc()).limit(1)
        hidden = select(CaseFile.id).where(CaseFile.closed_on.is_(None)).order_by(CaseFile.id.desc()).limit(1)
        step = select(StepRequest.__table__).where(StepRequest.step == "apply").order_by(StepRequest.id.desc()).limit(1)
        parked = {"status": "parked", "error": "550 no such mailbox", "settled_at": now - timedelta(hours=3)}
        two = list(connection.scalars(sent.order_by(Message.id.desc()).limit(2)))
        connection.execute(update(Message).where(Message.id.in_(two)).values(**parked))
        connection.execute(delete(Document).where(Document.id == lost.scalar_subquery()))
        case_id = connection.execute(hidden).scalar_one()
        connection.execute(delete(SearchText).where(SearchText.id == row_id(Kind.CASE, case_id)))
        failed = dict(connection.execute(step).one()._mapping) | {
            "key": "night", "status": "failed", "receipt": None, "error": "OperationalError", "attempt": 1,
            "created_at": now - timedelta(hours=9), "settled_at": now - timedelta(hours=9),
        }  # fmt: skip
        del failed["id"]
        connection.execute(insert(StepRequest).values(failed))


PICTURES = (
    Picture("day", "M02", "/day", "#today"),
    Picture("case", "M02", DISPUTE, "#meetings"),
    Picture("refused", "M02", f"{DISPUTE}/steps/hold_session", "textarea", _session_held_tomorrow),
    Picture("why", "M02", f"{DISPUTE}/dates/320", "main .card"),
    Picture("renewals", "G05", "/contracts/renewals", ".board section:first-child li:nth-child(2)"),
    Picture("table", "G05", f"{TALKS}/table", "figure"),
    Picture("vote", "G05", "/cases/B2026-00008/vote", "#what-if", _vote_tried, since="#what-if"),
    Picture("supervision", "S01", "/supervision", "#late"),
    Picture("hand-over", "S01", "/supervision/people/8", "#absence"),
    Picture("person", "A01", "/administration/people/6", "main .card:has(h2:has-text('离任'))"),
    Picture("batch", "G05", "/campaign", "main tbody tr:nth-child(3)", _invited),
    Picture("day.en", "M02", "/day", "#today", language="en"),
    Picture("table.en", "G05", f"{TALKS}/table", "figure", language="en"),
    Picture("supervision.en", "S01", "/supervision", "#late", language="en"),
    Picture("monitor", "S01", "/supervision/findings", "#findings", before=_a_bad_night),
    Picture("monitor.en", "S01", "/supervision/findings", "#findings", before=_a_bad_night, language="en"),
    Picture("slip", "", "/desk/new", ".slip", _registered, width=PHONE),
    Picture("follow", "", "/desk/new", "#messages", _followed, width=PHONE),
)


def main(names: list[str]) -> int:
    """Take those pictures, or all."""
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        office = _demo_office(Path(folder))
        service = Service(office)
        pages = WebServer(office, service.desk)
        service.start()
        pages.start()
        pages.wait_until_up()
        here = f"http://127.0.0.1:{office.settings.web_port}"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], env={**os.environ, **CHINESE})
        clerks: dict[tuple[str, int], Clerk] = {}
        for picture in wanted:
            whose = (picture.who, picture.width)
            clerk = clerks.get(whose) or clerks.setdefault(whose, _sit_down(browser, here, picture))
            if picture.before is not None:
                picture.before(office)
            _take(clerk, picture)
        browser.close()
        pages.stop()
        service.stop()
    return 0


def _demo_office(home: Path) -> Office:
    settings = Settings(home=home, prefect=False, demo=True, web_port=free_port(8000), base_url=ADDRESS)
    now: datetime = noon_of(DAY)
    office = open_office(settings, lambda: now)
    migrate(office.store)
    load_demo(office, DAY)
    open_demo_accounts(office)
    for sweep in BY_HAND:
        run_sweep(office, sweep)
    return office


def _sit_down(browser: Browser, url: str, picture: Picture) -> Clerk:
    window = ViewportSize(width=picture.width, height=900)
    context = browser.new_context(viewport=window, locale="zh-CN", reduced_motion="reduce")
    clerk = Clerk(context.new_page(), url, picture.language, True)
    if picture.who:
        clerk.sign_in(picture.who, DEMO_PASSWORD)
    return clerk


def _take(clerk: Clerk, picture: Picture) -> None:
    clerk.open(picture.path)
    if clerk.language != picture.language:
        clerk.speak(picture.language)
        clerk.open(picture.path)
    if picture.act is not None:
        picture.act(clerk)
    begin = _edges(clerk, picture.since)[0] - MARGIN if picture.since else 0
    end = _edges(clerk, picture.until)[1] + MARGIN
    part = FloatRect(x=0, y=begin, width=picture.width, height=end - begin)
    file = FOLDER / f"{picture.name}.jpg"
    clerk.page.screenshot(path=file, type="jpeg", quality=QUALITY, full_page=True, clip=part, animations="disabled")
    sys.stdout.write(f"{file.name}\t{picture.width}x{end - begin}\t{file.stat().st_size // 1024} KB\n")


def _edges(clerk: Clerk, selector: str) -> tuple[int, int]:
    """Where an element begins and ends on the page, in pixels from its top."""
    box = clerk.page.locator(selector).first.bounding_box()
    assert box is not None, selector
    scrolled: float = clerk.page.evaluate("window.scrollY")
    return round(box["y"] + scrolled), round(box["y"] + box["height"] + scrolled)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
