"""What one busy processor does, beside what comparable systems publish of theirs."""

from typing import Any, NamedTuple

KEYCLOAK = (
    "https://www.keycloak.org/high-availability/single-cluster/concepts-memory-and-cpu-sizing"
)
ZITADEL = "https://zitadel.com/docs/apis/benchmarks/v4.19.2/otp_session"


class Published(NamedTuple):
    """Somebody else's figure, per second and processor, and what it covers."""

    call: str
    who: str
    value: float
    whole: bool
    """Whether the database's processors are counted, too."""


PUBLISHED = (
    Published("logins", f"[Keycloak]({KEYCLOAK}): password logins per vCPU", 15, whole=False),
    Published("refreshes", f"[Keycloak]({KEYCLOAK}): refreshes per vCPU", 120, whole=False),
    Published("journey", f"[Zitadel]({ZITADEL}): OTP sessions per busy core", 17.8, whole=True),
)


def cores(kept: dict[str, Any]) -> str:
    """Rates per second of processor time, of the server alone and with PostgreSQL."""
    spent = {one["call"]: one for one in kept["rates"] if one["rival"] == "product"}
    spent["journey"] = kept["journey"]
    rows = [
        "| Per second of processor time | Server alone | With PostgreSQL | Published |",
        "|---|---|---|---|",
    ]
    for call, one in spent.items():
        alone, whole = 1e6 / one["server"], 1e6 / (one["server"] + one["database"])
        others = [
            f"{other.who}: {other.value:g} ({'with' if other.whole else 'without'} its database)"
            for other in PUBLISHED
            if other.call == call
        ]
        rows.append(f"| {call} | {alone:,.0f} | {whole:,.0f} | {'; '.join(others)} |")
    return "\n".join(rows)
