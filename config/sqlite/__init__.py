"""Django's SQLite backend, except that other requests go on while one waits for the lock."""
