"""No form here takes files, so none may be uploaded to fill the disk."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler


class NoUploads(FileUploadHandler):
    """Refuses a form as soon as a file begins in it; the other methods are never called."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raise `SuspiciousOperation`, which is a 400."""
        raise SuspiciousOperation("files are not accepted")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None
