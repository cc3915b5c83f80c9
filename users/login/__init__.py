"""Login by phone: `send_code` and `confirm_code`, called by API and pages alike."""

from users.login.steps import Login, Sent, confirm_code, send_code

__all__ = ["Login", "Sent", "confirm_code", "send_code"]
