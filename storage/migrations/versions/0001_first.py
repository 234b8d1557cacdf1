"""The first schema.

A replica that still runs yesterday's code must survive today's schema: add before you use, remove a release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("deed", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "communiques",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("place", sa.String(length=120), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("known", sa.String(length=12), server_default="whole", nullable=False),
        sa.Column("notes", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("source", sa.String(length=500), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), server_default="recorded", nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communiques")),
        sa.UniqueConstraint("form", name=op.f("uq_communiques_form")),
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(length=24), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_slot", sa.Integer(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_closes_at"), "calls", ["closes_at"], unique=False)
    op.create_table(
        "call_slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("burdens", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_call_slots_call_id_calls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_slots")),
    )
    op.create_index(op.f("ix_call_slots_call_id"), "call_slots", ["call_id"], unique=False)
    op.create_table(
        "call_answers",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(length=12), nullable=False),
        sa.Column("said", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["call_slots.id"], name=op.f("fk_call_answers_slot_id_call_slots"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slot_id", "party", name=op.f("pk_call_answers")),
    )
    op.create_table(
        "call_people",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=24), nullable=False),
        sa.Column("party", sa.String(length=12), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("file_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_call_people_call_id_calls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "person", name=op.f("pk_call_people")),
    )
    op.create_index(op.f("ix_call_people_file_due_at"), "call_people", ["file_due_at"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=200), server_default="", nullable=False),
        sa.Column("institution", sa.String(length=200), server_default="", nullable=False),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=60), server_default="", nullable=False),
        sa.Column("languages", sa.String(length=120), server_default="", nullable=False),
        sa.Column("zone", sa.String(length=60), server_default="", nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("user_id", sa.String(length=24), nullable=True),
        sa.Column("link", sa.String(length=5), server_default="", nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audiences", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_email"), "contacts", ["email"], unique=False)
    op.create_index(op.f("ix_contacts_member"), "contacts", ["member"], unique=False)
    op.create_index(op.f("ix_contacts_user_id"), "contacts", ["user_id"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("viewer", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("fields", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_sightings_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint(
            "contact_id", "viewer", "day", "fields", name=op.f("uq_sightings_contact_id_viewer_day_fields")
        ),
    )
    op.create_index(op.f("ix_sightings_day"), "sightings", ["day"], unique=False)
    op.create_index(op.f("ix_sightings_viewer"), "sightings", ["viewer"], unique=False)
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("noun_id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=200), server_default="", nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(length=500), server_default="", nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("kind", "noun_id", name=op.f("uq_documents_kind_noun_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_documents_digest"), "documents", ["digest"], unique=False)
    op.create_index("ix_documents_size", "documents", ["audience", "length"], unique=False)
    op.create_table(
        "enquiries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("ts", sa.String(length=24), nullable=True),
        sa.Column("thread_ts", sa.String(length=24), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("chosen", sa.String(length=120), server_default="", nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("answer_ts", sa.String(length=24), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiries")),
        sa.UniqueConstraint("channel", "ts", name=op.f("uq_enquiries_channel_ts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_enquiries_asked_at"), "enquiries", ["asked_at"], unique=False)
    op.create_index(op.f("ix_enquiries_user_id"), "enquiries", ["user_id"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="new", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_inbox_event_id")),
    )
    op.create_index("ix_inbox_open", "inbox", ["state", "id"], unique=False)
    op.create_table(
        "index_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_changes")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "installation",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.create_table(
        "meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("place", sa.String(length=120), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("notes", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("source", sa.String(length=500), server_default="", nullable=False),
        sa.Column("zone", sa.String(length=60), server_default="", nullable=False),
        sa.Column("opens", sa.String(length=5), server_default="", nullable=False),
        sa.Column("closes", sa.String(length=5), server_default="", nullable=False),
        sa.Column("theme", sa.String(length=300), server_default="", nullable=False),
        sa.Column("host", sa.String(length=200), server_default="", nullable=False),
        sa.Column("documents", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("cancelled", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_by", sa.String(length=24), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("form", name=op.f("uq_meetings_form")),
        sa.UniqueConstraint("starts_on", "title", name=op.f("uq_meetings_starts_on_title")),
    )
    op.create_index(op.f("ix_meetings_starts_on"), "meetings", ["starts_on"], unique=False)
    op.create_table(
        "duties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("who", sa.String(length=12), nullable=False),
        sa.Column("rhythm", sa.String(length=120), server_default="", nullable=False),
        sa.Column("source", sa.String(length=500), server_default="", nullable=False),
        sa.Column("assigned_to", sa.String(length=24), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("rule", sa.String(length=300), server_default="", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("paused", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("done_by", sa.String(length=24), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("put_off_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("offset_days", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_duties_meeting_id_meetings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint("key", name=op.f("uq_duties_key")),
    )
    op.create_index(op.f("ix_duties_meeting_id"), "duties", ["meeting_id"], unique=False)
    op.create_table(
        "members",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("region", sa.String(length=40), server_default="", nullable=False),
        sa.Column("region_confirmed", sa.Boolean(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_members")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=120), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_channel", sa.String(length=120), nullable=True),
        sa.Column("ts", sa.String(length=24), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(
        "ix_outbox_dead",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_outbox_lane",
        "outbox",
        ["channel", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending', 'verify')"),
        postgresql_where=sa.text("state IN ('pending', 'sending', 'verify')"),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending', 'verify')"),
        postgresql_where=sa.text("state IN ('pending', 'sending', 'verify')"),
    )
    op.create_index(op.f("ix_outbox_target"), "outbox", ["target"], unique=False)
    op.create_table(
        "people",
        sa.Column("user_id", sa.String(length=24), nullable=False),
        sa.Column("team_id", sa.String(length=24), server_default="", nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("zone", sa.String(length=60), server_default="UTC", nullable=False),
        sa.Column("locale", sa.String(length=20), server_default="en-US", nullable=False),
        sa.Column("external", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("deleted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_people")),
    )
    op.create_table(
        "practices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("theme", sa.String(length=40), server_default="", nullable=False),
        sa.Column("who", sa.String(length=200), server_default="", nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=500), server_default="", nullable=False),
        sa.Column("url", sa.String(length=500), server_default="", nullable=False),
        sa.Column("language", sa.String(length=12), server_default="", nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practices")),
        sa.UniqueConstraint("external_id", name=op.f("uq_practices_external_id")),
    )
    op.create_index(op.f("ix_practices_digest"), "practices", ["digest"], unique=False)
    op.create_table(
        "presidencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=500), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presidencies")),
        sa.UniqueConstraint("label", name=op.f("uq_presidencies_label")),
    )
    op.create_table(
        "communique_associations",
        sa.Column("communique_id", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["communique_id"],
            ["communiques.id"],
            name=op.f("fk_communique_associations_communique_id_communiques"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("communique_id", "member", name=op.f("pk_communique_associations")),
    )
    op.create_table(
        "communique_versions",
        sa.Column("communique_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=24), nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["communique_id"],
            ["communiques.id"],
            name=op.f("fk_communique_versions_communique_id_communiques"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("communique_id", "number", name=op.f("pk_communique_versions")),
    )
    op.create_table(
        "enquiries_passed_on",
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("ts", sa.String(length=24), nullable=False),
        sa.Column("enquiry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enquiry"], ["enquiries.id"], name=op.f("fk_enquiries_passed_on_enquiry_enquiries"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel", "ts", name=op.f("pk_enquiries_passed_on")),
    )
    op.create_index(op.f("ix_enquiries_passed_on_enquiry"), "enquiries_passed_on", ["enquiry"], unique=False)
    op.create_table(
        "postings",
        sa.Column("term", sa.String(length=48), nullable=False),
        sa.Column("doc", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["doc"], ["documents.id"], name=op.f("fk_postings_doc_documents"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("term", "doc", name=op.f("pk_postings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_postings_doc", "postings", ["doc"], unique=False)
    op.create_table(
        "presidency_members",
        sa.Column("presidency_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["presidency_id"],
            ["presidencies.id"],
            name=op.f("fk_presidency_members_presidency_id_presidencies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("presidency_id", "position", name=op.f("pk_presidency_members")),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("start", sa.DateTime(), nullable=False),
        sa.Column("rule", sa.String(length=300), server_default="", nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("exact", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=8), server_default="active", nullable=False),
        sa.Column("next_wall", sa.DateTime(), nullable=True),
        sa.Column("next_look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_key", sa.String(length=64), nullable=True),
        sa.Column("duty_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("offset_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_reminders_meeting_id_meetings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["duty_id"], ["duties.id"], name=op.f("fk_reminders_duty_id_duties"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("import_key", name=op.f("uq_reminders_import_key")),
    )
    op.create_index(op.f("ix_reminders_duty_id"), "reminders", ["duty_id"], unique=False)
    op.create_index(op.f("ix_reminders_meeting_id"), "reminders", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_reminders_next_look_at"), "reminders", ["next_look_at"], unique=False)
    op.create_table(
        "silence_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("communique_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minimum_seconds", sa.Integer(), nullable=False),
        sa.Column("notice_seconds", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("named", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("reminded", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["communique_id"],
            ["communiques.id"],
            name=op.f("fk_silence_rounds_communique_id_communiques"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence_rounds")),
        sa.UniqueConstraint("communique_id", "number", name=op.f("uq_silence_rounds_communique_id_number")),
    )
    op.create_index(op.f("ix_silence_rounds_ends_at"), "silence_rounds", ["ends_at"], unique=False)
    op.create_index(op.f("ix_silence_rounds_outcome"), "silence_rounds", ["outcome"], unique=False)
    op.create_table(
        "meeting_topics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("proposed_by", sa.String(length=24), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=True),
        sa.Column("observer", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="proposed", nullable=False),
        sa.Column("decided_by", sa.String(length=24), nullable=True),
        sa.Column("decided_for", sa.String(length=12), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_topics_meeting_id_meetings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_topics")),
        sa.UniqueConstraint("form", name=op.f("uq_meeting_topics_form")),
    )
    op.create_index(op.f("ix_meeting_topics_meeting_id"), "meeting_topics", ["meeting_id"], unique=False)
    op.create_table(
        "meeting_attendance",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=False),
        sa.Column("observer", sa.Boolean(), nullable=False),
        sa.Column("coming", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_attendance_meeting_id_meetings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "member", "observer", name=op.f("pk_meeting_attendance")),
    )
    op.create_table(
        "topic_voices",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=False),
        sa.Column("person", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["meeting_topics.id"],
            name=op.f("fk_topic_voices_topic_id_meeting_topics"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("topic_id", "member", name=op.f("pk_topic_voices")),
    )
    op.create_table(
        "surveys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("introduction", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("attribution", sa.String(length=12), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=60), server_default="UTC", nullable=False),
        sa.Column("pace", sa.String(length=10), server_default="at once", nullable=False),
        sa.Column("meeting", sa.Integer(), nullable=True),
        sa.Column("started_by", sa.String(length=24), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("header_ts", sa.String(length=24), nullable=True),
        sa.Column("header_posts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refresh_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret", sa.String(length=64), nullable=True),
        sa.Column("delegations", sa.Integer(), nullable=True),
        sa.Column("traces", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meetings.id"], name=op.f("fk_surveys_meeting_meetings"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("form", name=op.f("uq_surveys_form")),
    )
    op.create_index(op.f("ix_surveys_closes_at"), "surveys", ["closes_at"], unique=False)
    op.create_index(op.f("ix_surveys_refresh_at"), "surveys", ["refresh_at"], unique=False)
    op.create_index(op.f("ix_surveys_remind_at"), "surveys", ["remind_at"], unique=False)
    op.create_index(op.f("ix_surveys_starts_at"), "surveys", ["starts_at"], unique=False)
    op.create_table(
        "occurrences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reminder_id", sa.Integer(), nullable=False),
        sa.Column("wall", sa.DateTime(), nullable=False),
        sa.Column("recipient", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=24), nullable=True),
        sa.Column("member", sa.String(length=12), nullable=True),
        sa.Column("way", sa.String(length=9), nullable=True),
        sa.Column("came_from", sa.String(length=24), nullable=True),
        sa.Column("escalate_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminders.id"], name=op.f("fk_occurrences_reminder_id_reminders"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrences")),
        sa.UniqueConstraint("reminder_id", "wall", "recipient", name=op.f("uq_occurrences_reminder_id_wall_recipient")),
    )
    op.create_index(op.f("ix_occurrences_recipient"), "occurrences", ["recipient"], unique=False)
    op.create_index(
        "ix_occurrences_unanswered",
        "occurrences",
        ["escalate_at"],
        unique=False,
        sqlite_where=sa.text("escalate_at IS NOT NULL"),
        postgresql_where=sa.text("escalate_at IS NOT NULL"),
    )
    op.create_index(
        "ix_occurrences_waiting",
        "occurrences",
        ["send_at"],
        unique=False,
        sqlite_where=sa.text("send_at IS NOT NULL"),
        postgresql_where=sa.text("send_at IS NOT NULL"),
    )
    op.create_table(
        "silence_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=24), nullable=False),
        sa.Column("deed", sa.String(length=24), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["silence_rounds.id"], name=op.f("fk_silence_log_round_id_silence_rounds"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence_log")),
    )
    op.create_index(op.f("ix_silence_log_round_id"), "silence_log", ["round_id"], unique=False)
    op.create_table(
        "silence_receipts",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("way", sa.String(length=12), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["silence_rounds.id"],
            name=op.f("fk_silence_receipts_round_id_silence_rounds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("round_id", "member", name=op.f("pk_silence_receipts")),
    )
    op.create_table(
        "survey_declines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("whose", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_survey_declines_survey_id_surveys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_declines")),
        sa.UniqueConstraint("survey_id", "whose", name=op.f("uq_survey_declines_survey_id_whose")),
    )
    op.create_table(
        "survey_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("unit", sa.String(length=40), server_default="", nullable=False),
        sa.Column("theme", sa.String(length=150), server_default="", nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("ts", sa.String(length=24), nullable=True),
        sa.Column("posts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delegations", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_survey_questions_survey_id_surveys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_questions")),
        sa.UniqueConstraint("survey_id", "number", name=op.f("uq_survey_questions_survey_id_number")),
    )
    op.create_index(op.f("ix_survey_questions_ask_at"), "survey_questions", ["ask_at"], unique=False)
    op.create_index(op.f("ix_survey_questions_ts"), "survey_questions", ["ts"], unique=False)
    op.create_table(
        "survey_reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("person", sa.String(length=24), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_survey_reminders_survey_id_surveys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_reminders")),
        sa.UniqueConstraint("survey_id", "stage", "person", name=op.f("uq_survey_reminders_survey_id_stage_person")),
    )
    op.create_index(op.f("ix_survey_reminders_send_at"), "survey_reminders", ["send_at"], unique=False)
    op.create_table(
        "recommendations",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("theme", sa.String(length=40), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("attribution", sa.String(length=12), nullable=False),
        sa.Column("author", sa.String(length=24), nullable=True),
        sa.Column("member", sa.String(length=12), nullable=True),
        sa.Column("observer", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("secretariat", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("proposer", sa.String(length=24), nullable=True),
        sa.Column("proposer_member", sa.String(length=12), nullable=True),
        sa.Column("proposer_observer", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("verbatim", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.Text(), server_default="", nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=64), server_default="", nullable=False),
        sa.Column("url", sa.String(length=500), server_default="", nullable=False),
        sa.Column("addressees", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("tags", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_recommendations_meeting_id_meetings"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["recommendations.number"], name=op.f("fk_recommendations_merged_into_recommendations")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["survey_questions.id"],
            name=op.f("fk_recommendations_question_id_survey_questions"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_recommendations")),
        sa.UniqueConstraint("source", name=op.f("uq_recommendations_source")),
    )
    op.create_index(op.f("ix_recommendations_author"), "recommendations", ["author"], unique=False)
    op.create_index(op.f("ix_recommendations_member"), "recommendations", ["member"], unique=False)
    op.create_index(op.f("ix_recommendations_proposer"), "recommendations", ["proposer"], unique=False)
    op.create_index(op.f("ix_recommendations_state"), "recommendations", ["state"], unique=False)
    op.create_index(op.f("ix_recommendations_theme"), "recommendations", ["theme"], unique=False)
    op.create_table(
        "survey_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=True),
        sa.Column("thread", sa.String(length=24), nullable=True),
        sa.Column("person", sa.String(length=24), nullable=True),
        sa.Column("member", sa.String(length=12), nullable=True),
        sa.Column("voice", sa.String(length=64), server_default="", nullable=False),
        sa.Column("observer", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("private", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("on_behalf", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=True),
        sa.Column("files", sa.JSON(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["survey_questions.id"],
            name=op.f("fk_survey_answers_question_id_survey_questions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answers")),
        sa.UniqueConstraint("question_id", "source", name=op.f("uq_survey_answers_question_id_source")),
    )
    op.create_index(op.f("ix_survey_answers_person"), "survey_answers", ["person"], unique=False)
    op.create_index(op.f("ix_survey_answers_source"), "survey_answers", ["source"], unique=False)
    op.create_table(
        "survey_threads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("ts", sa.String(length=24), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_again", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["survey_questions.id"],
            name=op.f("fk_survey_threads_question_id_survey_questions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_threads")),
        sa.UniqueConstraint("question_id", "ts", name=op.f("uq_survey_threads_question_id_ts")),
    )
    op.create_index(op.f("ix_survey_threads_question_id"), "survey_threads", ["question_id"], unique=False)
    op.create_index(op.f("ix_survey_threads_ts"), "survey_threads", ["ts"], unique=False)
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_by", sa.String(length=24), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("period", name=op.f("uq_follow_ups_period")),
    )
    op.create_table(
        "progress_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=False),
        sa.Column("progress", sa.String(length=12), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("by", sa.String(length=24), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("validated_by", sa.String(length=24), nullable=True),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["number"],
            ["recommendations.number"],
            name=op.f("fk_progress_reports_number_recommendations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["follow_ups.id"], name=op.f("fk_progress_reports_round_id_follow_ups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_reports")),
        sa.UniqueConstraint("round_id", "number", "member", name=op.f("uq_progress_reports_round_id_number_member")),
    )
    op.create_index(op.f("ix_progress_reports_number"), "progress_reports", ["number"], unique=False)
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=24), nullable=True),
        sa.Column("member", sa.String(length=12), nullable=True),
        sa.Column("new", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["recommendations.number"], name=op.f("fk_suggestions_number_recommendations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
        sa.UniqueConstraint("source", name=op.f("uq_suggestions_source")),
    )
    op.create_index(op.f("ix_suggestions_author"), "suggestions", ["author"], unique=False)
    op.create_index(op.f("ix_suggestions_member"), "suggestions", ["member"], unique=False)
    op.create_table(
        "endorsements",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["number"],
            ["recommendations.number"],
            name=op.f("fk_endorsements_number_recommendations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", "member", name=op.f("pk_endorsements")),
    )
    op.create_table(
        "recommendation_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=24), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("addressees", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("tags", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["recommendations.number"],
            name=op.f("fk_recommendation_revisions_number_recommendations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_revisions")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_recommendation_revisions_number_version")),
    )
    op.create_table(
        "embeddings",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "model", name=op.f("pk_embeddings")),
    )


def downgrade() -> None:
    op.drop_table("embeddings")
    op.drop_index(op.f("ix_call_people_file_due_at"), table_name="call_people")
    op.drop_table("call_people")
    op.drop_table("call_answers")
    op.drop_index(op.f("ix_call_slots_call_id"), table_name="call_slots")
    op.drop_table("call_slots")
    op.drop_index(op.f("ix_calls_closes_at"), table_name="calls")
    op.drop_table("calls")
    op.drop_table("topic_voices")
    op.drop_table("meeting_attendance")
    op.drop_index(op.f("ix_meeting_topics_meeting_id"), table_name="meeting_topics")
    op.drop_table("meeting_topics")
    op.drop_table("recommendation_revisions")
    op.drop_table("endorsements")
    op.drop_index(op.f("ix_survey_threads_ts"), table_name="survey_threads")
    op.drop_index(op.f("ix_survey_threads_question_id"), table_name="survey_threads")
    op.drop_table("survey_threads")
    op.drop_index(op.f("ix_survey_answers_source"), table_name="survey_answers")
    op.drop_index(op.f("ix_survey_answers_person"), table_name="survey_answers")
    op.drop_table("survey_answers")
    op.drop_index(op.f("ix_suggestions_member"), table_name="suggestions")
    op.drop_index(op.f("ix_suggestions_author"), table_name="suggestions")
    op.drop_table("suggestions")
    op.drop_index(op.f("ix_progress_reports_number"), table_name="progress_reports")
    op.drop_table("progress_reports")
    op.drop_table("follow_ups")
    op.drop_index(op.f("ix_recommendations_theme"), table_name="recommendations")
    op.drop_index(op.f("ix_recommendations_state"), table_name="recommendations")
    op.drop_index(op.f("ix_recommendations_proposer"), table_name="recommendations")
    op.drop_index(op.f("ix_recommendations_member"), table_name="recommendations")
    op.drop_index(op.f("ix_recommendations_author"), table_name="recommendations")
    op.drop_table("recommendations")
    op.drop_index(op.f("ix_survey_reminders_send_at"), table_name="survey_reminders")
    op.drop_table("survey_reminders")
    op.drop_index(op.f("ix_survey_questions_ts"), table_name="survey_questions")
    op.drop_index(op.f("ix_survey_questions_ask_at"), table_name="survey_questions")
    op.drop_table("survey_questions")
    op.drop_table("survey_declines")
    op.drop_table("silence_receipts")
    op.drop_index(op.f("ix_silence_log_round_id"), table_name="silence_log")
    op.drop_table("silence_log")
    op.drop_index(
        "ix_occurrences_unanswered",
        table_name="occurrences",
        sqlite_where=sa.text("escalate_at IS NOT NULL"),
        postgresql_where=sa.text("escalate_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_occurrences_waiting",
        table_name="occurrences",
        sqlite_where=sa.text("send_at IS NOT NULL"),
        postgresql_where=sa.text("send_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_occurrences_recipient"), table_name="occurrences")
    op.drop_table("occurrences")
    op.drop_index(op.f("ix_surveys_starts_at"), table_name="surveys")
    op.drop_index(op.f("ix_surveys_remind_at"), table_name="surveys")
    op.drop_index(op.f("ix_surveys_refresh_at"), table_name="surveys")
    op.drop_index(op.f("ix_surveys_closes_at"), table_name="surveys")
    op.drop_table("surveys")
    op.drop_index(op.f("ix_silence_rounds_outcome"), table_name="silence_rounds")
    op.drop_index(op.f("ix_silence_rounds_ends_at"), table_name="silence_rounds")
    op.drop_table("silence_rounds")
    op.drop_index(op.f("ix_reminders_next_look_at"), table_name="reminders")
    op.drop_index(op.f("ix_reminders_meeting_id"), table_name="reminders")
    op.drop_index(op.f("ix_reminders_duty_id"), table_name="reminders")
    op.drop_table("reminders")
    op.drop_table("presidency_members")
    op.drop_index("ix_postings_doc", table_name="postings")
    op.drop_table("postings")
    op.drop_index(op.f("ix_enquiries_passed_on_enquiry"), table_name="enquiries_passed_on")
    op.drop_table("enquiries_passed_on")
    op.drop_table("communique_versions")
    op.drop_table("communique_associations")
    op.drop_table("presidencies")
    op.drop_index(op.f("ix_practices_digest"), table_name="practices")
    op.drop_table("practices")
    op.drop_table("people")
    op.drop_index(op.f("ix_outbox_target"), table_name="outbox")
    op.drop_index(
        "ix_outbox_open",
        table_name="outbox",
        sqlite_where=sa.text("state IN ('pending', 'sending', 'verify')"),
        postgresql_where=sa.text("state IN ('pending', 'sending', 'verify')"),
    )
    op.drop_index(
        "ix_outbox_dead",
        table_name="outbox",
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.drop_index(
        "ix_outbox_lane",
        table_name="outbox",
        sqlite_where=sa.text("state IN ('pending', 'sending', 'verify')"),
        postgresql_where=sa.text("state IN ('pending', 'sending', 'verify')"),
    )
    op.drop_table("outbox")
    op.drop_table("members")
    op.drop_index(op.f("ix_duties_meeting_id"), table_name="duties")
    op.drop_table("duties")
    op.drop_index(op.f("ix_meetings_starts_on"), table_name="meetings")
    op.drop_table("meetings")
    op.drop_table("installation")
    op.drop_table("index_changes")
    op.drop_index("ix_inbox_open", table_name="inbox")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_enquiries_user_id"), table_name="enquiries")
    op.drop_index(op.f("ix_enquiries_asked_at"), table_name="enquiries")
    op.drop_table("enquiries")
    op.drop_index("ix_documents_size", table_name="documents")
    op.drop_index(op.f("ix_documents_digest"), table_name="documents")
    op.drop_table("documents")
    op.drop_index(op.f("ix_sightings_viewer"), table_name="sightings")
    op.drop_index(op.f("ix_sightings_day"), table_name="sightings")
    op.drop_table("sightings")
    op.drop_index(op.f("ix_contacts_user_id"), table_name="contacts")
    op.drop_index(op.f("ix_contacts_member"), table_name="contacts")
    op.drop_index(op.f("ix_contacts_email"), table_name="contacts")
    op.drop_table("contacts")
    op.drop_table("communiques")
    op.drop_index(op.f("ix_audit_subject"), table_name="audit")
    op.drop_table("audit")
