"""The shipped WPS profile and its knowledge, as data files, and how they come into the database."""
