"""Notifier `email`: SMTP. `smtps://` is TLS from the start; `smtp://` takes STARTTLS where it is offered."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from marshmallow import Schema, ValidationError, fields, post_load

from diemcau import notifier
from diemcau.notifier import Message, Refused, TryLater
from shared.clock import Clock

TIMEOUT = 30.0
PORTS = {"smtp": 25, "smtps": 465}
OPEN_PASSWORD = "Máy chủ thư không mã hóa đường truyền nên không gửi mật khẩu; hãy dùng smtps://"

_SENDER = re.compile(
    r"\"?(?P<name>[^\"<>@]*?)\"?\s*<(?P<named>[^<>\s@]+@[^<>\s@]+)>|(?P<bare>[^<>\s@]+@[^<>\s@]+)"
)
_BAD_ADDRESS = (ValueError, IndexError, MessageError)
_LEADING_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed in. `is_here`: on this machine, so that nobody listens on the way."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @property
    def is_here(self) -> bool:
        return self.host in ("localhost", "127.0.0.1", "::1")


class EmailSettings(Schema):
    """`url`: smtp://[user:password@]host[:port] or smtps://…; `sender`: address, or “Name <address>”."""

    url = fields.Str(required=True)
    sender = fields.Str(required=True)

    @post_load
    def read(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"server": read_server(data["url"]), "sender": read_sender(data["sender"])}


class Email:
    """One connection per letter: a broken one never takes another letter with it."""

    name: ClassVar[str] = "email"
    contract: ClassVar[int] = notifier.CONTRACT
    address: ClassVar[notifier.Address] = "email"
    settings_schema: ClassVar[type[Schema]] = EmailSettings

    def send(self, message: Message, settings: Mapping[str, Any]) -> None:
        sender: Address = settings["sender"]
        content = written(message, sender)
        smtp = _connect(settings["server"], sender.domain)
        try:
            _hand_over(smtp, sender.addr_spec, message.to, content)
        finally:
            smtp.close()


def written(message: Message, sender: Address) -> bytes:
    """The letter as it goes over the wire. Raises Refused for an address that cannot be written."""
    letter = EmailMessage(policy=WIRE)
    try:
        letter["From"] = sender
        letter["To"] = Address(_line(message.name), addr_spec=message.to)
    except _BAD_ADDRESS:
        raise Refused("Địa chỉ thư điện tử không đúng") from None
    letter["Subject"] = _line(message.subject)
    letter["Date"] = format_datetime(Clock().now())
    letter["Message-ID"] = f"<{message.id}@{sender.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.body, charset="utf-8", cte="quoted-printable")
    try:
        return letter.as_bytes()
    except UnicodeError:
        raise Refused("Địa chỉ thư điện tử không đúng") from None


def read_server(url: str) -> Server:
    """Raises ValidationError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValidationError("Not an SMTP address.", "url") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValidationError("It must be smtp://[user:password@]host[:port] or smtps://….", "url")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password)


def read_sender(text: str) -> Address:
    """Raises ValidationError."""
    found = _SENDER.fullmatch(_line(text))
    try:
        if found is None:
            raise ValueError(text)
        return Address(found["name"] or "", addr_spec=found["named"] or found["bare"])
    except _BAD_ADDRESS:
        raise ValidationError("It must be an address, or “Name <address>”.", "sender") from None


def _connect(server: Server, name: str) -> smtplib.SMTP:
    """A connection that is ready for a letter. Raises TryLater: so far nothing was handed over."""
    try:
        return _open(server, name)
    except smtplib.SMTPAuthenticationError:
        raise TryLater("Máy chủ thư không nhận tên đăng nhập hoặc mật khẩu") from None
    except smtplib.SMTPException as error:
        raise TryLater(f"Máy chủ thư từ chối kết nối ({type(error).__name__})") from None
    except OSError as error:
        raise TryLater(f"Không kết nối được máy chủ thư ({type(error).__name__})") from None


def _open(server: Server, name: str) -> smtplib.SMTP:
    """`name`: how we introduce ourselves; else smtplib asks the DNS for this machine's at each letter."""
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=TIMEOUT, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=TIMEOUT)
    try:
        smtp.ehlo_or_helo_if_needed()
        encrypted = server.scheme == "smtps"
        if not (encrypted or server.is_here) and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
            encrypted = True
        if server.user:
            if not (encrypted or server.is_here):
                raise TryLater(OPEN_PASSWORD)
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _hand_over(smtp: smtplib.SMTP, sender: str, to: str, content: bytes) -> None:
    """Until the last line is sent, a failure means that there is no letter; after it, nobody knows."""
    _step(lambda: smtp.mail(sender), 250)
    _step(lambda: smtp.rcpt(to), 250, 251)
    _step(lambda: smtp.docmd("DATA"), 354)
    smtp.send(_LEADING_DOT.sub(b"..", content.rstrip(b"\r\n")) + b"\r\n.\r\n")
    _judge(smtp.getreply(), 250)
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        return  # it has the letter; how the connection ends is nobody's matter


def _step(command: Callable[[], tuple[int, bytes]], *good: int) -> None:
    try:
        reply = command()
    except UnicodeError:
        raise Refused("Địa chỉ thư điện tử không đúng") from None
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(f"Mất kết nối với máy chủ thư ({type(error).__name__})") from None
    _judge(reply, *good)


def _judge(reply: tuple[int, bytes], *good: int) -> None:
    code, text = reply
    if code in good:
        return
    said = f"{code} {text.decode('utf-8', 'replace')}"
    if 500 <= code < 600:
        raise Refused(f"Máy chủ thư từ chối: {said}")
    if 400 <= code < 500:
        raise TryLater(f"Máy chủ thư hẹn lại: {said}")
    raise smtplib.SMTPResponseException(code, text)


def _line(text: str) -> str:
    """No line break, hence no header of somebody else's."""
    return " ".join(text.split())
