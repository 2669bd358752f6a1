"""What several tests of production need."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    """A certificate that nobody trusts, and its key."""
    paths = {"certificate": str(tmp_path / "c.pem"), "certificate_key": str(tmp_path / "k.pem")}
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=maillage.test",
            "-days",
            "1",
            "-out",
            paths["certificate"],
            "-keyout",
            paths["certificate_key"],
        ],
        check=True,
        capture_output=True,
    )
    return paths
