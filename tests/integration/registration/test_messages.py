"""Outgoing messages on a real mail server: nothing twice, nothing lost without a word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from services.registration.messages.commands import SEND
from services.registration.messages.model import WAITS
from services.registration.messages.sending import start_senders
from shared.jobs.queue import enqueue
from tests.integration.registration.office import SENDER
from tests.mailbox import HANG_UP, body_of, nobody_listens

ROOT = Path(__file__).parents[3]
AN = "an@dai-bieu.example.org"


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].rpartition(":")[2]


def invited(office: Any, count: int = 1) -> None:
    """So many persons with a place, an address and an issued invitation, whose letters were not sent yet."""
    office.desk.adopt("online")
    names = ("An", "Ba", "Cam", "Dung")[:count]
    for name in names:
        office.name("lanh-dao", None, f"Nguyễn Văn {name}")
    office.order("issue")
    office.worker().run_next()  # the invitations; the sender's job waits


def queued(office: Any) -> dict[str, Any]:
    (message,) = office.messages()
    return dict(message)


# sending


def test_message_is_sent_once_with_an_id_of_its_own(office: Any) -> None:
    invited(office)
    office.work()
    office.work()
    message = queued(office)
    (letter,) = office.mailbox.letters
    assert (message["state"], message["attempts"], message["channel"]) == ("sent", 1, "email")
    assert message["subject"] == str(letter["Subject"])
    assert letter["Message-ID"] == f"<{message['id']}@hoi-nghi.example.org>"


def test_text_is_of_the_moment_of_sending(office: Any) -> None:
    invited(office)
    (delegate,) = office.desk.delegates()
    etag = office.desk.call("GET", f"delegates/{delegate['id']}").headers["ETag"]
    body = {"name": "Nguyễn Văn Ánh", "email": "anh@dai-bieu.example.org"}
    office.desk.call("PATCH", f"delegates/{delegate['id']}", json=body, headers={"If-Match": etag})
    office.work()
    (letter,) = office.mailbox.to("anh@dai-bieu.example.org")
    assert "Kính gửi: Nguyễn Văn Ánh" in body_of(letter)


def test_person_who_left_the_place_is_not_written_to(office: Any) -> None:
    invited(office)
    (delegate,) = office.desk.delegates()
    office.desk.call("DELETE", f"delegates/{delegate['id']}")
    office.work()
    assert (queued(office)["state"], queued(office)["problem_code"]) == ("cancelled", "outdated")
    assert office.mailbox.letters == []


def test_person_whose_address_was_taken_away_fails_for_somebody_to_look(office: Any) -> None:
    invited(office)
    (delegate,) = office.desk.delegates()
    etag = office.desk.call("GET", f"delegates/{delegate['id']}").headers["ETag"]
    office.desk.call("PATCH", f"delegates/{delegate['id']}", json={"email": None}, headers={"If-Match": etag})
    office.work()
    assert (queued(office)["state"], queued(office)["problem_code"]) == ("failed", "no-address")


def test_refused_address_fails_at_once_and_the_others_go_out(office: Any) -> None:
    office.mailbox.replies[AN] = [f"550 5.1.1 <{AN}>: no such mailbox"]
    invited(office, 3)
    office.work()
    assert Counter(message["state"] for message in office.messages()) == {"sent": 2, "failed": 1}
    (failed,) = office.messages(state="failed")
    assert (failed["problem_code"], failed["attempts"]) == ("refused", 1)
    assert "550" in failed["detail"]
    assert AN not in failed["detail"]


def test_temporary_refusal_is_tried_again_after_a_while(office: Any) -> None:
    office.mailbox.replies[AN] = ["451 4.3.0 try later", "250 OK"]
    invited(office)
    office.work()
    assert (queued(office)["state"], queued(office)["problem_code"]) == ("queued", "try-later")
    assert not start_senders(office.desk.database)  # its time has not come
    office.hurry()
    assert start_senders(office.desk.database)
    office.work()
    assert (queued(office)["state"], queued(office)["attempts"], len(office.mailbox.letters)) == (
        "sent",
        2,
        1,
    )


def test_what_stays_refused_for_hours_fails(office: Any) -> None:
    office.mailbox.replies[AN] = ["451 4.3.0 try later"]
    invited(office)
    office.work()
    for _ in WAITS:
        office.hurry()
        start_senders(office.desk.database)
        office.work()
    assert (queued(office)["state"], queued(office)["problem_code"]) == ("failed", "gave-up")


def test_server_that_is_away_is_tried_later(office: Any) -> None:
    invited(office)
    with nobody_listens() as url:
        office.work(url)
    assert (queued(office)["state"], queued(office)["problem_code"]) == ("queued", "try-later")
    office.hurry()
    start_senders(office.desk.database)
    office.work()
    assert queued(office)["state"] == "sent"


# nothing twice


def test_connection_lost_after_the_letter_is_never_sent_again_by_itself(office: Any) -> None:
    office.mailbox.on_letter = lambda _letter: HANG_UP
    invited(office)
    office.work()
    message = queued(office)
    assert (message["state"], message["problem_code"]) == ("failed", "outcome-unknown")
    office.hurry()
    assert not start_senders(office.desk.database)


SENDER_PROCESS = """
import sys
from services.registration import app
from shared.config import load_settings
from shared.http.peers import Peers
from shared.storage.database import Database
settings = load_settings()
database = Database("registration", sys.argv[1])
worker = app.worker(settings, database, Peers.of("registration", settings))
while worker.run_next():
    pass
"""


def test_sender_killed_between_sending_and_sent_sends_nothing_twice(office: Any) -> None:
    invited(office, 2)
    process: list[subprocess.Popen[bytes]] = []

    def kill(_letter: Any) -> str:
        if not office.mailbox.letters:  # the first letter arrives, and its sender dies before it hears so
            os.kill(process[0].pid, signal.SIGKILL)
            process[0].wait()
        return "250 OK"

    office.mailbox.on_letter = kill
    process.append(sender_process(office))
    process[0].wait(timeout=60)
    assert process[0].returncode == -signal.SIGKILL
    assert office.counts()["sending"] == 1
    office.worker_died()
    office.work()
    assert office.counts() == {"queued": 0, "sending": 0, "sent": 1, "failed": 1, "cancelled": 0}
    (failed,) = office.messages(state="failed")
    assert failed["problem"] == "Nobody knows whether it was sent"
    assert Counter(str(letter["To"]) for letter in office.mailbox.letters).most_common(1)[0][1] == 1
    assert len(office.mailbox.letters) == 2


def sender_process(office: Any) -> subprocess.Popen[bytes]:
    settings, database = office.desk.told.settings, office.desk.database
    env = {name: value for name, value in os.environ.items() if not name.startswith("DIEMCAU_")}
    env |= {"DIEMCAU_DATA": str(settings.data), "DIEMCAU_MAIL_FROM": SENDER}
    env |= {"DIEMCAU_SMTP_URL": settings.notifier_settings["url"], "PYTHONPATH": str(ROOT)}
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", SENDER_PROCESS, url]
    return subprocess.Popen(command, cwd=ROOT, env=env)


def test_job_whose_sender_died_for_good_leaves_no_message_in_hand(office: Any) -> None:
    invited(office)
    office.revise(queued(office)["id"], state="sending")
    office.work()
    assert queued(office)["problem_code"] == "outcome-unknown"


def test_two_senders_at_once_send_nothing_twice(office: Any) -> None:
    invited(office, 4)
    with office.desk.database.write() as session:
        enqueue(session, SEND, {}, conference=office.desk.key)
    threads = [threading.Thread(target=office.work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(letter["To"]) for letter in office.mailbox.letters) == sorted(
        {str(letter["To"]) for letter in office.mailbox.letters}
    )
    assert (len(office.mailbox.letters), office.counts()["sent"]) == (4, 4)


# a switch


def test_switch_cancels_what_is_not_sent_yet(office: Any) -> None:
    invited(office, 2)
    office.desk.adopt("in_person")
    office.work()
    assert office.counts() == {"queued": 0, "sending": 0, "sent": 0, "failed": 0, "cancelled": 2}
    assert {message["problem_code"] for message in office.messages()} == {"switched"}
    assert office.mailbox.letters == []


def test_message_of_an_unchanged_invitation_outlives_a_decision(office: Any) -> None:
    invited(office)
    revision = office.desk.adopt("online")
    assert (queued(office)["state"], queued(office)["revision"]) == ("queued", revision)
    office.work()
    assert len(office.mailbox.letters) == 1


def test_what_a_switch_cancelled_is_sent_after_the_way_back(office: Any) -> None:
    invited(office, 2)
    office.desk.adopt("in_person")
    office.desk.adopt("online")
    line = office.list(group="lanh-dao")["items"][0]
    assert (line["state"], line["sent"], line["unsent"]) == ("issued", 0, 2)
    office.issue()
    assert office.counts()["sent"] == 2


def test_replacing_cancels_what_the_old_invitation_still_had_to_say(office: Any) -> None:
    invited(office)
    office.desk.adopt("in_person")
    office.issue(group="lanh-dao")
    assert Counter(message["state"] for message in office.messages()) == {"cancelled": 1, "sent": 1}
    (letter,) = office.mailbox.letters
    assert str(letter["Subject"]).startswith("Giấy mời")  # they never heard of the first one


# by hand


def test_failed_message_is_sent_again_on_request_with_a_reason(office: Any) -> None:
    office.mailbox.replies[AN] = ["550 no such mailbox"]
    invited(office)
    office.work()
    office.mailbox.replies.clear()
    path = f"messages/{queued(office)['id']}:resend"
    refused = office.desk.call("POST", path, json={"reason": ""})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/reason")
    assert office.desk.call("POST", path, json={"reason": "Đã sửa hộp thư"}).status_code == 200
    office.work()
    message = queued(office)
    assert (message["state"], message["reason"], message["changed_by"]) == (
        "sent",
        "Đã sửa hộp thư",
        "Dòng lệnh",
    )
    assert problem(office.desk.call("POST", path, json={"reason": "x"})) == (409, "message-not-failed")


def test_waiting_message_is_cancelled_on_request(office: Any) -> None:
    invited(office)
    path = f"messages/{queued(office)['id']}:cancel"
    assert office.desk.call("POST", path).json["state"] == "cancelled"
    office.work()
    assert office.mailbox.letters == []
    assert problem(office.desk.call("POST", path)) == (409, "message-not-queued")


def test_unknown_message_is_not_found(office: Any) -> None:
    unknown = "messages/01a205f8-7094-7c1e-8a57-6d0c6d6f1b11:cancel"
    assert problem(office.desk.call("POST", unknown)) == (404, "unknown-message")


def test_list_is_narrowed_by_state_and_kind(office: Any) -> None:
    office.mailbox.replies[AN] = ["550 no such mailbox"]
    invited(office, 2)
    office.work()
    assert [message["name"] for message in office.messages(state="failed")] == ["Nguyễn Văn An"]
    assert office.messages(kind="withdrawal") == []
    page = office.desk.get(office.desk.of("messages"), query_string={"limit": 1})
    rest = office.desk.get(office.desk.of("messages"), query_string={"limit": 1, "cursor": page["next"]})
    assert {page["items"][0]["name"], rest["items"][0]["name"]} == {"Nguyễn Văn An", "Nguyễn Văn Ba"}
    assert rest["next"] is None
