"""`papers`: the whole paper set of a conference, into a folder."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from services.cli.api import Api
from services.cli.settings import read_settings

PAUSE = 0.2
SHEETS = {
    "registration": ("delegates.xlsx", "invitations.xlsx"),
    "documents": ("papers.xlsx", "register.xlsx"),
    "planning": ("tasks.xlsx",),
}


@click.command()
@click.argument("conference")
@click.option("--option", required=True, help="A key of the plan; it need not be the current one.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Made if absent."
)
def papers(conference: str, option: str, out: Path) -> None:
    """Write the paper set of CONFERENCE held as OPTION into a folder.

    Every document as Word file and PDF (issued ones as they were issued), all personal invitations and
    certificates, merged for the printer and one by one, papers that came in, and the lists as workbooks.
    An option that is not the current one is prepared and drafted as it would be; nothing is decided, and
    the lists that tell of the current one (delegates, invitations, register, tasks) are left out.
    """
    api = Api.over_http(read_settings())
    desk = Desk(api, conference, *_revision(api, conference, option))
    out.mkdir(parents=True, exist_ok=True)
    files = 0
    for name, content in desk.everything():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        files += 1
    click.echo(f"{files} files in {out} (revision {desk.revision}, option {option}).")


def _revision(api: Api, conference: str, option: str) -> tuple[int, bool]:
    """The current revision if it is of that option, else one that is prepared; and whether it is current."""
    base = f"planning/v1/conferences/{conference}"
    facts = api.get(base)
    if facts["current_option"] == option:
        return int(facts["current_revision"]), True
    number = int(api.post(f"{base}/revisions", {"option": option})["revision"])
    while (revision := api.get(f"{base}/revisions/{number}"))["state"] == "preparing":
        time.sleep(PAUSE)
    if revision["state"] == "failed":
        raise click.ClickException(revision["problem"]["message"])
    return number, False


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the papers of one revision come from."""

    api: Api
    conference: str
    revision: int
    is_current: bool

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """Name within the folder, and content."""
        yield from self.documents()
        yield from self.letters()
        yield from self.certificates()
        yield from self.submitted()
        yield from self.sheets()

    def documents(self) -> Iterator[tuple[str, bytes]]:
        job = self._job("documents", "Documents", self._at("documents", "paper-sets"), self._wanted)
        yield from _unpacked("van-ban", self.api.download(f"documents/v1/paper-sets/{job['id']}.zip"))

    def letters(self) -> Iterator[tuple[str, bytes]]:
        started = self.api.post(self._at("documents", "invitation-letters:render"), self._wanted)
        self._follow("documents", "Personal invitations", started["job"])
        batch = self._at("documents", f"invitation-letters/{started['batch']}")
        yield "giay-moi/tat-ca.pdf", self.api.download(f"{batch}.pdf")
        yield from _unpacked("giay-moi", self.api.download(f"{batch}.zip"))

    def certificates(self) -> Iterator[tuple[str, bytes]]:
        """None before it is decided who is honoured."""
        if self.api.get(self._at("awards", "recipients"))["decision"] is None:
            return
        started = self.api.post(self._at("awards", "certificates:render"))
        self._follow("awards", "Certificates", started["job"])
        batch = f"awards/v1/certificates/{started['batch']}"
        yield "bang-khen/tat-ca.pdf", self.api.download(f"{batch}.pdf")
        yield from _unpacked("bang-khen", self.api.download(f"{batch}.zip"))

    def submitted(self) -> Iterator[tuple[str, bytes]]:
        for row in self.api.get(self._at("documents", "papers"))["items"]:
            if row["version"] is not None:
                content = self.api.download(f"documents/v1/papers/{row['version']}/file")
                yield f"tham-luan/{row['unit']}{Path(row['filename']).suffix}", content

    def sheets(self) -> Iterator[tuple[str, bytes]]:
        ceremony = self._at("awards", f"ceremony.xlsx?revision={self.revision}")
        yield "danh-sach/ceremony.xlsx", self.api.download(ceremony)
        for service, names in SHEETS.items() if self.is_current else ():
            for name in names:
                yield f"danh-sach/{name}", self.api.download(self._at(service, name))

    @property
    def _wanted(self) -> dict[str, Any]:
        return {"revision": self.revision}

    def _at(self, service: str, path: str) -> str:
        return f"{service}/v1/conferences/{self.conference}/{path}"

    def _job(self, service: str, title: str, path: str, order: dict[str, Any]) -> dict[str, Any]:
        return self._follow(service, title, self.api.post(path, order)["job"])

    def _follow(self, service: str, title: str, id: str) -> dict[str, Any]:
        """Show progress until the job has ended."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(title, total=None)
            while True:
                job: dict[str, Any] = self.api.get(f"{service}/v1/jobs/{id}")
                progress.update(task, completed=job["done"], total=job["total"] or None)
                if job["state"] in ("failed", "cancelled"):
                    raise click.ClickException(f"{title}: {job['problem'] or job['state']}")
                if job["state"] == "done":
                    return job
                time.sleep(PAUSE)


def _unpacked(folder: str, packed: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for name in archive.namelist():
            yield f"{folder}/{Path(name).name}", archive.read(name)
