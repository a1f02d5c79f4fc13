"""Contracts, employers, planning, campaigns and batches."""

from __future__ import annotations

from tests.web.permissions import OFFICE, rule

BARGAINS = {"officer", "chair", "supervisor"}
KEEPS = BARGAINS | {"administrator"}
#: those who watch over the officer, and he himself
WATCHES = {"officer", "supervisor", "administrator"}
INVITATION = {"step": "send_invitation"}

RULES = (
    rule("GET /contracts", KEEPS),
    rule("GET /contracts/export.{kind_of_file}", KEEPS, kind_of_file="csv"),
    rule("GET /contracts/export.{kind_of_file}", set(), kind_of_file="exe"),
    rule("GET /contracts/renewals", KEEPS),
    rule("GET /contracts/{number}", KEEPS, number="contract"),
    rule("GET /contracts/{number}", set(), number="foreign_contract"),
    rule("POST /contracts/{number}/renewal", BARGAINS, 303, number="contract", form={}),
    rule("GET /employers/{code}", KEEPS, code="garment"),
    rule("GET /employers/{code}", set(), code="yuhang"),
    rule("GET /bargaining/new", BARGAINS),
    rule("POST /bargaining/new/employer", BARGAINS, form={"text": "制衣"}),
    rule("POST /bargaining/new", BARGAINS, 422, form={"employer_code": "garment"}),
    rule("GET /campaign", BARGAINS),
    rule("POST /campaign", BARGAINS, 422, form={"what": "invite"}),
    rule("POST /campaign/open", BARGAINS, 303, form={"what": "renew", "ids": "0"}),
    rule("GET /batches", OFFICE),
    rule("POST /batches/review", BARGAINS, form={**INVITATION, "ids": "1"}),
    rule("POST /batches", BARGAINS, 422, form={**INVITATION, "ids": "1"}),
    rule("GET /batches/{batch_id}", WATCHES, batch_id="batch"),
    rule("GET /batches/{batch_id}/live", WATCHES, batch_id="batch"),
    rule("GET /batches/{batch_id}/result.xlsx", WATCHES, batch_id="batch"),
    # those who look on but do not bargain take no step again
    rule("GET /batches/{batch_id}/again", {"officer", "supervisor"}, batch_id="batch"),
    rule("POST /batches/{batch_id}/again", WATCHES, 303, batch_id="batch", form={"key": "a" * 32}),
)
