"""Alembic's migrations, shipped in the package and run at the start."""
