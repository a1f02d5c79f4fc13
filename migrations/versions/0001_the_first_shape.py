"""The first shape of the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import BigId, Instant
from models.guarding import guard_append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this shape."""

    op.create_table(
        "audit_seal",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("up_to_event", BigId, nullable=False),
        sa.Column("events", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
    )
    op.create_table(
        "counter",
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("last", BigId, nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_counter")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("pack", sa.String(length=40), nullable=False),
        sa.Column("mediates", sa.Boolean(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("industry", sa.String(length=80), nullable=False),
        sa.Column("workers", BigId, nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_kind_name", ["kind", "name"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_path"), ["path"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("password", sa.String(length=300), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("code", name=op.f("uq_person_code")),
    )
    op.create_table(
        "run",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("flow", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("observed", sa.Boolean(), nullable=False),
        sa.Column("flow_run_id", sa.String(length=40), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_flow"), ["flow"], unique=False)

    op.create_table(
        "contract",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("employer_id", BigId, nullable=True),
        sa.Column("employer_name", sa.String(length=200), nullable=False),
        sa.Column("union_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("industry", sa.String(length=80), nullable=False),
        sa.Column("pack", sa.String(length=40), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("workers", BigId, nullable=False),
        sa.Column("women", BigId, nullable=False),
        sa.Column("predecessor_id", BigId, nullable=True),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("source_key", sa.String(length=64), nullable=True),
        sa.Column("more", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["organisation.id"], name=op.f("fk_contract_employer_id_organisation")),
        sa.ForeignKeyConstraint(["predecessor_id"], ["contract.id"], name=op.f("fk_contract_predecessor_id_contract")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_contract_unit_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
        sa.UniqueConstraint("source_key", name=op.f("uq_contract_source_key")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_predecessor_id"), ["predecessor_id"], unique=False)
        batch_op.create_index("ix_contract_unit_expires", ["unit_id", "standing", "expires_on"], unique=False)

    op.create_table(
        "import_file",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("rows", BigId, nullable=False),
        sa.Column("done", BigId, nullable=False),
        sa.Column("accepted", BigId, nullable=False),
        sa.Column("refused", BigId, nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_import_file_unit_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
        sa.UniqueConstraint("digest", "profile", "unit_id", name=op.f("uq_import_file_digest_profile_unit_id")),
    )
    op.create_table(
        "position",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("organisation_id", BigId, nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_position_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_position_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint(
            "person_id", "organisation_id", "role", "from_on", name=op.f("uq_position_person_id_organisation_id_role_from_on")
        ),
    )
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_position_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_position_person_id"), ["person_id"], unique=False)

    op.create_table(
        "step_batch",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("chosen", BigId, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_step_batch_actor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_batch")),
        sa.UniqueConstraint("key", name=op.f("uq_step_batch_key")),
    )
    op.create_table(
        "case_file",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=30), nullable=False),
        sa.Column("type_version", BigId, nullable=False),
        sa.Column("pack", sa.String(length=40), nullable=False),
        sa.Column("pack_version", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("employer_id", BigId, nullable=True),
        sa.Column("contract_id", BigId, nullable=True),
        sa.Column("predecessor_id", BigId, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_case_file_contract_id_contract")),
        sa.ForeignKeyConstraint(["employer_id"], ["organisation.id"], name=op.f("fk_case_file_employer_id_organisation")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_case_file_owner_id_person")),
        sa.ForeignKeyConstraint(["predecessor_id"], ["contract.id"], name=op.f("fk_case_file_predecessor_id_contract")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_case_file_unit_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("number", name=op.f("uq_case_file_number")),
    )
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_file_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index("ix_case_file_owner_state", ["owner_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_predecessor_id"), ["predecessor_id"], unique=False)
        batch_op.create_index("ix_case_file_type_state", ["type", "state", "id"], unique=False)
        batch_op.create_index("ix_case_file_unit_state", ["unit_id", "state", "id"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("file_id", BigId, nullable=False),
        sa.Column("line", BigId, nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["import_file.id"], name=op.f("fk_import_row_file_id_import_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("file_id", "line", name=op.f("uq_import_row_file_id_line")),
    )
    op.create_table(
        "ballot",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("delegates", BigId, nullable=False),
        sa.Column("present", BigId, nullable=False),
        sa.Column("yes", BigId, nullable=False),
        sa.Column("no", BigId, nullable=False),
        sa.Column("abstain", BigId, nullable=False),
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.Column("carried_if_half", sa.Boolean(), nullable=False),
        sa.Column("base", sa.String(length=20), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_ballot_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
    )
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_event",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=False),
        sa.Column("to_state", sa.String(length=40), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("request_id", BigId, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("detail_digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_case_event_actor_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_event_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_event_case_id_seq")),
    )
    with op.batch_alter_table("case_event", schema=None) as batch_op:
        batch_op.create_index("ix_case_event_at", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_event_request_id"), ["request_id"], unique=False)

    op.create_table(
        "case_link",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("other_id", BigId, nullable=False),
        sa.Column("relation", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_link_case_id_case_file")),
        sa.ForeignKeyConstraint(["other_id"], ["case_file.id"], name=op.f("fk_case_link_other_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_link")),
        sa.UniqueConstraint("case_id", "other_id", "relation", name=op.f("uq_case_link_case_id_other_id_relation")),
    )
    with op.batch_alter_table("case_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_link_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_link_other_id"), ["other_id"], unique=False)

    op.create_table(
        "claim",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("cause", sa.String(length=30), nullable=False),
        sa.Column("amount", BigId, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_claim_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_case_id"), ["case_id"], unique=False)

    op.create_table(
        "deadline",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=True),
        sa.Column("contract_id", BigId, nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("started_by", BigId, nullable=True),
        sa.Column("ended_by", BigId, nullable=True),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_deadline_case_id_case_file")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_deadline_contract_id_contract")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index("ix_deadline_case_status", ["case_id", "status"], unique=False)
        batch_op.create_index("ix_deadline_contract", ["contract_id"], unique=False)
        batch_op.create_index(
            "ix_deadline_next_on",
            ["next_on", "id"],
            unique=False,
            sqlite_where=sa.text("next_on IS NOT NULL"),
            postgresql_where=sa.text("next_on IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_deadline_running",
            ["case_id", "rule", "subject"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "document",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=True),
        sa.Column("seq", BigId, nullable=True),
        sa.Column("contract_id", BigId, nullable=True),
        sa.Column("paper", sa.String(length=60), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("facts_hash", sa.String(length=64), nullable=False),
        sa.Column("template_version", sa.String(length=64), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_document_case_id_case_file")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_document_contract_id_contract")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("serial", name=op.f("uq_document_serial")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("no", BigId, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("present", BigId, nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_meeting_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_case_id"), ["case_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("notice", sa.String(length=60), nullable=False),
        sa.Column("case_id", BigId, nullable=True),
        sa.Column("seq", BigId, nullable=True),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("attempt", BigId, nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_message_case_id_case_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_event", ["case_id", "seq"], unique=False)
        batch_op.create_index("ix_message_inbox", ["person_id", "channel", "id"], unique=False)
        batch_op.create_index(
            "ix_message_parked",
            ["id"],
            unique=False,
            sqlite_where=sa.text("status = 'parked'"),
            postgresql_where=sa.text("status = 'parked'"),
        )
        batch_op.create_index(
            "ix_message_pending",
            ["next_try_at", "id"],
            unique=False,
            sqlite_where=sa.text("status IN ('waiting', 'sending')"),
            postgresql_where=sa.text("status IN ('waiting', 'sending')"),
        )

    op.create_table(
        "party",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("represents", sa.Boolean(), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("organisation_id", BigId, nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_party_case_id_case_file")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_party_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_party_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_person_id"), ["person_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("no", BigId, nullable=False),
        sa.Column("amount", BigId, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_payment_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_case_id"), ["case_id"], unique=False)

    op.create_table(
        "proposal",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("round", BigId, nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("amount", BigId, nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_proposal_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_case_id"), ["case_id"], unique=False)

    op.create_table(
        "settlement_item",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("no", BigId, nullable=False),
        sa.Column("amount", BigId, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_settlement_item_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_item")),
    )
    with op.batch_alter_table("settlement_item", schema=None) as batch_op:
        batch_op.create_index("ix_settlement_item_case_id", ["case_id", "no"], unique=False)

    op.create_table(
        "step_request",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("case_id", BigId, nullable=True),
        sa.Column("case_type", sa.String(length=30), nullable=False),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("expected_version", BigId, nullable=True),
        sa.Column("batch_id", BigId, nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("attempt", BigId, nullable=False),
        sa.Column("observed", sa.Boolean(), nullable=True),
        sa.Column("flow_run_id", sa.String(length=40), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_step_request_actor_id_person")),
        sa.ForeignKeyConstraint(["batch_id"], ["step_batch.id"], name=op.f("fk_step_request_batch_id_step_batch")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_step_request_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_request")),
        sa.UniqueConstraint("key", name=op.f("uq_step_request_key")),
    )
    with op.batch_alter_table("step_request", schema=None) as batch_op:
        batch_op.create_index("ix_step_request_batch_status", ["batch_id", "status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_step_request_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_step_request_waiting",
            ["status", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )

    op.create_table(
        "delivery",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("attempt", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_delivery_message_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_message_id"), ["message_id"], unique=False)

    op.create_table(
        "document_file",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("document_id", BigId, nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("template_version", sa.String(length=64), nullable=False),
        sa.Column("rendered_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_file_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_file")),
        sa.UniqueConstraint("document_id", "form", "language", name=op.f("uq_document_file_document_id_form_language")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("deadline_id", BigId, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("message_key", sa.String(length=160), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_reminder_deadline_id_deadline")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "deadline_id", "due_on", "stage", "person_id", name=op.f("uq_reminder_deadline_id_due_on_stage_person_id")
        ),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_person_id"), ["person_id"], unique=False)

    guard_append_only(op.get_bind())
