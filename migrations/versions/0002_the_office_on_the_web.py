"""The office on the web: sessions, notes, drafts, texts, hooks, the office's own journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import BigId, Instant
from models.guarding import OFFICE_EVENTS, guard_append_only
from models.marks import fill_marks
from models.search_tables import make_searchable

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this shape."""
    op.create_table(
        "search_text",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("target_id", BigId, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_text")),
    )
    make_searchable(op.get_bind())
    op.create_table(
        "sign_in_try",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("well", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_try")),
    )
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_try_account", ["account", "at"], unique=False)
        batch_op.create_index("ix_sign_in_try_origin", ["origin", "at"], unique=False)

    op.create_table(
        "absence",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("substitute_id", BigId, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_absence_recorded_by_person")),
        sa.ForeignKeyConstraint(["substitute_id"], ["person.id"], name=op.f("fk_absence_substitute_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_absence_substitute_id"), ["substitute_id"], unique=False)

    op.create_table(
        "access_token",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_access_token_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_token_token_hash")),
    )
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("form", sa.String(length=120), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("person_id", "form", name=op.f("uq_draft_person_id_form")),
    )
    op.create_table(
        "paper_text",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("paper", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("version", BigId, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_paper_text_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_text")),
        sa.UniqueConstraint("paper", "language", "version", name=op.f("uq_paper_text_paper_language_version")),
    )
    op.create_table(
        "web_hook",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("seen_event", BigId, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_hook_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_hook")),
    )
    with op.batch_alter_table("web_hook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_hook_person_id"), ["person_id"], unique=False)

    op.create_table(
        "web_session",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_attachment_case_id_case_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attachment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_note",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_note_case_id_case_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_note_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    with op.batch_alter_table("case_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_note_case_id"), ["case_id"], unique=False)

    op.create_table(
        "clause",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("no", BigId, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("content", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("amount", BigId, nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_clause_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause")),
    )
    with op.batch_alter_table("clause", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clause_case_id"), ["case_id"], unique=False)

    op.create_table(
        "desk_secret",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_desk_secret_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_secret")),
        sa.UniqueConstraint("case_id", name=op.f("uq_desk_secret_case_id")),
    )
    op.create_table(
        "office_event",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("deed", sa.String(length=40), nullable=False),
        sa.Column("case_id", BigId, nullable=True),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_office_event_actor_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_office_event_case_id_case_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_office_event_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_office_event_unit_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_event")),
    )
    with op.batch_alter_table("office_event", schema=None) as batch_op:
        batch_op.create_index("ix_office_event_at", ["at"], unique=False)
        batch_op.create_index("ix_office_event_case_id", ["case_id", "id"], unique=False)
        batch_op.create_index("ix_office_event_person_id", ["person_id", "id"], unique=False)

    op.create_table(
        "paper_sending",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("document_id", BigId, nullable=False),
        sa.Column("party_id", BigId, nullable=True),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_paper_sending_document_id_document")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_paper_sending_party_id_party")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_paper_sending_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_sending")),
    )
    with op.batch_alter_table("paper_sending", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_sending_document_id"), ["document_id"], unique=False)

    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.create_index(
            "ix_case_file_open_of_owner",
            ["owner_id", "id"],
            unique=False,
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        )
        batch_op.create_index(
            "ix_case_file_open_of_unit",
            ["unit_id", "type", "state", "opened_on", "owner_id", "closed_on"],
            unique=False,
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        )
        batch_op.create_index(
            "ix_case_file_closed",
            ["closed_on", "unit_id", "owner_id"],
            unique=False,
            sqlite_where=sa.text("closed_on IS NOT NULL"),
            postgresql_where=sa.text("closed_on IS NOT NULL"),
        )

    unsettled = sa.text("status = 'open' OR (status = 'expired' AND next_on IS NOT NULL)")
    unwell = sa.text("status = 'refused' OR status = 'failed'")
    op.create_index(
        "ix_deadline_due_on",
        "deadline",
        ["due_on", "case_id", "rule", "status", "next_on", "hard"],
        sqlite_where=unsettled,
        postgresql_where=unsettled,
    )
    op.create_index(
        "ix_step_request_unwell", "step_request", ["status", "settled_at"], sqlite_where=unwell, postgresql_where=unwell
    )
    op.create_index("ix_meeting_held_on", "meeting", ["held_on", "case_id", "act", "undone", "kind", "no"])

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_unread",
            ["person_id", "channel", "id"],
            unique=False,
            sqlite_where=sa.text("channel = 'inbox' AND status = 'sent' AND read_at IS NULL"),
            postgresql_where=sa.text("channel = 'inbox' AND status = 'sent' AND read_at IS NULL"),
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("must_change", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("second_factor", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("subject", sa.String(length=200), nullable=True))
        batch_op.create_index("uq_person_subject", ["subject"], unique=True)

    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.add_column(sa.Column("absence_id", BigId, nullable=True))
        batch_op.create_index(batch_op.f("ix_position_absence_id"), ["absence_id"], unique=False)
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_mark", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("identity_mark", sa.String(length=64), server_default="", nullable=False))
        batch_op.create_index("ix_party_name", ["name"], unique=False)
        known = sa.text("person_id IS NOT NULL")
        batch_op.drop_index("ix_party_person_id")
        batch_op.create_index("ix_party_person_id", ["person_id"], sqlite_where=known, postgresql_where=known)
        for mark in ("phone_mark", "identity_mark"):
            some = sa.text(f"{mark} <> ''")
            batch_op.create_index(f"ix_party_{mark}", [mark], unique=False, sqlite_where=some, postgresql_where=some)
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        for name in ("employer_id", "contract_id", "predecessor_id"):
            some = sa.text(f"{name} IS NOT NULL")
            batch_op.drop_index(f"ix_case_file_{name}")
            batch_op.create_index(f"ix_case_file_{name}", [name], sqlite_where=some, postgresql_where=some)
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index("ix_contract_expires_on", ["expires_on", "id"], unique=False)
        batch_op.create_index("ix_contract_standing_expires", ["standing", "expires_on", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":  # paths are compared byte by byte: `models.people.below`
        op.execute('ALTER TABLE organisation ALTER COLUMN path TYPE VARCHAR(400) COLLATE "C"')
    fill_marks(op.get_bind())
    guard_append_only(op.get_bind(), OFFICE_EVENTS)
