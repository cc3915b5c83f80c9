"""Multipart forms must be small and have no files, so that they can't fill the disk."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler


class NoUploads(FileUploadHandler):
    """Refuses forms that are too large or contain a file."""

    def handle_raw_input(self, input_data: Any, meta: Any, content_length: int, *rest: Any) -> None:
        """Raises `RequestDataTooBig`: the server has cut off the end of a large body."""
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("the form is too large")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raises `SuspiciousOperation`, which becomes a 400."""
        raise SuspiciousOperation("files are not accepted")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None
