"""All pages of administration, of one's own account, of the first start and of single sign-on."""

from __future__ import annotations

from web.pages import (
    account,
    admin_accounts,
    admin_imports,
    admin_people,
    admin_record,
    admin_rules,
    admin_texts,
    admin_units,
    admin_works,
    administration,
    single_sign_on,
    welcome,
)

ROUTERS = tuple(
    module.router
    for module in (
        welcome, single_sign_on, account, administration, admin_units, admin_people, admin_accounts, admin_texts, admin_rules,
        admin_imports, admin_works, admin_record,
    )
)  # fmt: skip
