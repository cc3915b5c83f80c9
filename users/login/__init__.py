"""Login by phone: the steps that both API and pages call."""

from users.login.phone_change import change_phone
from users.login.steps import Login, Sent, confirm_code, send_code

__all__ = ["Login", "Sent", "change_phone", "confirm_code", "send_code"]
