"""Runs that are claimed, the processes that claim them, leases, uploads in the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import BigId, Instant
from models.papers import SealedBytes
from models.requests import ASKED_FOR, OPEN_RUNS, UNWELL_RUNS, WITHOUT_CASE

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this shape."""
    _processes()
    _uploads()
    _runs()


def _processes() -> None:
    op.create_table(
        "process",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("host", sa.String(length=80), nullable=False),
        sa.Column("pid", BigId, nullable=False),
        sa.Column("roles", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("beat_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("condition", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
        sa.UniqueConstraint("name", name=op.f("uq_process_name")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("term", BigId, nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )


def _uploads() -> None:
    op.create_table(
        "upload",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("content", SealedBytes(), nullable=True),
        sa.Column("refused", SealedBytes(), nullable=True),
        sa.Column("refused_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_upload_unit_id_organisation")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_upload")),
    )


def _runs() -> None:
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_run_flow"))
        batch_op.add_column(sa.Column("asked", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("person_id", BigId, nullable=True))
        batch_op.add_column(sa.Column("filed_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("attempt", BigId, nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("holder", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("lease_until", Instant(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_run_person_id_person"), "person", ["person_id"], ["id"])
    op.execute("UPDATE run SET filed_at = started_at")
    op.execute("UPDATE run SET flow = 'import-upload' WHERE flow = 'web-import'")
    op.execute("UPDATE run SET flow = 'verify-record' WHERE flow = 'web-audit'")
    op.execute("UPDATE run SET state = 'lost', ended_at = started_at WHERE state = 'running'")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.alter_column("filed_at", existing_type=Instant(), nullable=False)
        batch_op.create_index("ix_run_flow", ["flow", "id"], unique=False)
        batch_op.create_index("ix_run_open", ["id"], unique=False, sqlite_where=OPEN_RUNS, postgresql_where=OPEN_RUNS)
        batch_op.create_index("ix_run_unwell", ["id"], unique=False, sqlite_where=UNWELL_RUNS, postgresql_where=UNWELL_RUNS)
        batch_op.create_index("ix_run_started_at", ["started_at"], unique=False)
        batch_op.create_index("ix_run_person_id", ["person_id", "id"], unique=False, sqlite_where=ASKED_FOR,
                              postgresql_where=ASKED_FOR)  # fmt: skip
    op.create_index("ix_step_request_created_at", "step_request", ["created_at", "id"], unique=False)
    op.create_index("ix_step_request_actor_id", "step_request", ["actor_id", "created_at"], unique=False)
    op.create_index("ix_step_request_opening", "step_request", ["unit_id", "id"], unique=False, sqlite_where=WITHOUT_CASE,
                    postgresql_where=WITHOUT_CASE)  # fmt: skip
