"""Loading what an office already has: registers of contracts, and its whole ledger. Every row is accepted or refused."""

from flows.importing.contracts import Preview, import_contracts, preview_contracts
from flows.importing.profiles import Profile, load_profile, profile_names
from flows.importing.report import ImportReport

__all__ = [
    "ImportReport", "Preview", "Profile", "import_contracts", "load_profile", "preview_contracts", "profile_names",
]  # fmt: skip
