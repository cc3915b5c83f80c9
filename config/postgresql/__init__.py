"""The PostgreSQL backend: Django's, its connections from a strict pool."""
