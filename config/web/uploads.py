"""Files sent along with a form: none here takes any, so none may fill the disk."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler


class NoUploads(FileUploadHandler):
    """Refuses a body as soon as a file begins in it."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raise `SuspiciousOperation`, which is a 400."""
        raise SuspiciousOperation("files are not taken")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Never called."""
        return None

    def file_complete(self, file_size: int) -> None:
        """Never called."""
