"""Loading what an office already has: registers of contracts, and its whole ledger. Every row is accepted or refused."""

from flows.importing.book import write_template
from flows.importing.contracts import import_contracts
from flows.importing.ledger import LedgerReport, import_ledger
from flows.importing.preview import Preview, preview_contracts
from flows.importing.profiles import Profile, load_profile, profile_names
from flows.importing.report import ImportReport

__all__ = [
    "ImportReport", "LedgerReport", "Preview", "Profile", "import_contracts", "import_ledger", "load_profile",
    "preview_contracts", "profile_names", "write_template",
]  # fmt: skip
