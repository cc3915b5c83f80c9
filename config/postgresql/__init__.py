"""Django's PostgreSQL backend with a strict pool of connections."""
