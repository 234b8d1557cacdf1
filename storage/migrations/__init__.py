"""The schema's steps, with Alembic."""
