"""Asking `diemcau doctor` in this process: a new one for each question would take most of the time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from click.testing import CliRunner

from services.cli.doctor.command import doctor
from shared.config import Settings, load_settings

Findings = dict[str, dict[str, str]]


def ask(env: Mapping[str, str], *arguments: str, exits: int | None = None) -> Findings:
    """The findings by subject; of several with one subject the worst. `exits`: the code that is expected."""
    result = CliRunner().invoke(doctor, ["--json", *arguments], env=dict(env))
    assert exits in (None, result.exit_code), result.output
    worst = ["problem", "warning", "ok", "not applicable"]
    findings = sorted(json.loads(result.stdout), key=lambda each: worst.index(each["state"]))
    by_subject: Findings = {}
    for finding in findings:
        assert set(finding) == {"subject", "state", "seen", "do"}
        assert bool(finding["do"]) == (finding["state"] in ("problem", "warning")), finding
        by_subject.setdefault(finding["subject"], finding)
    return by_subject


def problems(findings: Findings) -> set[str]:
    return {subject for subject, finding in findings.items() if finding["state"] == "problem"}


def settings_of(env: Mapping[str, Any]) -> Settings:
    """What a process with this environment reads."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        return load_settings()
