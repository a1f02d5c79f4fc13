"""Mail, by the standard library. One connection serves all letters of a drain; every wait ends after ten
seconds.

The Message-ID is made from the message's key: a letter that goes out a second time, because the program died
before it could write down the first, bears the same one, and the far end can drop it. A refusal of the
letter (5xx) is final; anything wrong with the line or the account is tried again later, for nothing is wrong
with the letters.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from config.settings import Settings
from notifications.channels import Letter
from notifications.faults import DeliveryFault, GiveUp, TryLater

#: Longest wait for one answer of the server, in seconds.
PATIENCE = 10.0
_ADDRESS = re.compile(r"\S+@\S+")


@dataclass(frozen=True)
class MailChannel:
    """The office's mail server."""

    host: str
    port: int
    sender: str
    starttls: bool = False
    user: str = ""
    password: str = ""
    patience: float = PATIENCE
    name: str = "mail"

    @classmethod
    def of(cls, settings: Settings) -> MailChannel:
        """The server those settings name."""
        return cls(
            settings.smtp_host, settings.smtp_port, settings.mail_from, settings.smtp_starttls,
            settings.smtp_user, settings.smtp_password,
        )  # fmt: skip

    @property
    def domain(self) -> str:
        """The sender's domain, which also names this machine to the server."""
        return parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"

    def reaches(self, email: str) -> bool:
        """Whoever has an address."""
        return bool(email)

    def deliver(self, letters: Sequence[Letter]) -> Iterator[str | DeliveryFault]:
        """Try each letter; once no connection can be made, the rest is put off untried."""
        server: smtplib.SMTP | None = None
        try:
            for number, letter in enumerate(letters):
                try:
                    server = server or self._connect()
                except (OSError, smtplib.SMTPException) as fault:
                    yield TryLater(_reason(fault))
                    yield from (TryLater(_reason(fault), tried=False) for _ in letters[number + 1 :])
                    return
                yield self._send(server, letter)
                if server.sock is None:  # the line broke: the next letter makes a new one
                    server = None
        finally:
            if server is not None:
                _hang_up(server)

    def _connect(self) -> smtplib.SMTP:
        server = smtplib.SMTP(self.host, self.port, local_hostname=self.domain, timeout=self.patience)
        try:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

    def _send(self, server: smtplib.SMTP, letter: Letter) -> str | DeliveryFault:
        try:
            mail = compose(letter, self.sender, self.domain)
        except (ValueError, IndexError) as fault:
            return GiveUp(f"no mail can be made of it: {type(fault).__name__}")
        try:
            server.send_message(mail)
        except smtplib.SMTPNotSupportedError as fault:
            return GiveUp(_reason(fault))
        except (OSError, smtplib.SMTPException) as fault:
            code, reason = _code(fault), _reason(fault)
            if code in (0, 421):
                server.close()
            final = 500 <= code < 600 and not isinstance(fault, smtplib.SMTPSenderRefused)
            return GiveUp(reason) if final else TryLater(reason)
        return str(mail["Message-ID"])


def compose(letter: Letter, sender: str, domain: str) -> EmailMessage:
    """The mail of a letter, the same each time it is made. Raises ValueError for an address that is none."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, letter.address, letter.subject
    if [bool(one.username and one.domain) for one in mail["To"].addresses] != [True]:
        raise ValueError("not one address")
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = message_id(letter.key, domain)
    mail["Auto-Submitted"] = "auto-generated"
    if letter.urgent:
        mail["Importance"] = "high"
    mail.set_content(letter.body, charset="utf-8")
    return mail


def message_id(key: str, domain: str) -> str:
    """The Message-ID that belongs to a message's key."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _code(fault: Exception) -> int:
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in fault.recipients.values()), default=0)
    return fault.smtp_code if isinstance(fault, smtplib.SMTPResponseException) else 0


def _reason(fault: Exception) -> str:
    """What the server said, without the addresses in it."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        said = b" ".join(text for _, text in fault.recipients.values()).decode("utf-8", "replace")
    elif isinstance(fault, smtplib.SMTPResponseException):
        error = fault.smtp_error
        said = error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error)
    else:
        said = str(fault)
    code = _code(fault)
    return _ADDRESS.sub("…", f"smtp {code or type(fault).__name__}: {said}")[:200]


def _hang_up(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()
