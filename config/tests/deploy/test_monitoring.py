"""Prometheus accepts the alert rules and the dashboard, and all their metrics exist."""

import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from config.tests.load import CODE, PROFILE, once, retry
from config.tests.metrics import text_of
from config.tests.product import running
from tools.dashboard.picture import draw
from tools.dashboard.prometheus import Series

ROOT = Path(__file__).resolve().parents[3]
MONITORING = ROOT / "deploy" / "monitoring"
PAGE = ROOT / "docs" / "monitoring.md"
pytestmark = once


@pytest.fixture(scope="module")
def promtool():
    """Run promtool; a failing test shows its output."""
    program = shutil.which("promtool")
    if program is None:
        missing = "promtool is not installed: alert rules and metrics were not checked"
        (pytest.fail if os.environ.get("REQUIRE_E2E") else pytest.skip)(missing)

    def run(*arguments, **others):
        command = [program, *arguments]
        result = subprocess.run(
            command, cwd=MONITORING, capture_output=True, text=True, check=False, **others
        )
        assert result.returncode == 0, result.stdout + result.stderr

    return run


def rules():
    groups = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels():
    return json.loads((MONITORING / "dashboard.json").read_text())["panels"]


def queries():
    """The dashboard's queries."""
    return [target["expr"] for panel in panels() for target in panel.get("targets", [])]


def test_prometheus_accepts_configuration_and_rules(promtool):
    promtool("check", "config", "prometheus.yml")
    promtool("check", "rules", "alerts.yml")


def test_every_alert_fires_when_it_should_and_only_then(promtool):
    promtool("test", "rules", "alerts_test.yml")
    tests = yaml.safe_load((MONITORING / "alerts_test.yml").read_text())["tests"]
    names = sorted(rule["alert"] for rule in rules())
    for test, fires in zip(tests, (False, True), strict=True):
        tried = test["alert_rule_test"]
        assert sorted(one["alertname"] for one in tried) == names
        assert {"exp_alerts" in one for one in tried} == {fires}


def test_prometheus_understands_every_query_of_the_dashboard(promtool, tmp_path):
    assert len(queries()) > 15
    asked = [query.replace("$__rate_interval", "5m") for query in queries()]
    recorded = [{"record": f"panel:{n}", "expr": query} for n, query in enumerate(asked)]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}))
    promtool("check", "rules", str(file))


def test_no_two_panels_have_one_number_or_one_place():
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels()]
    assert len(set(places)) == len({panel["id"] for panel in panels()}) == len(panels())


def test_the_picture_shows_the_panels_that_have_anything_to_show():
    class Recorded:
        def series(self, query):
            if "pool_in_use" in query:
                return [Series({"instance": "<web>"}, [(0, 1), (1, 3), (2, float("nan"))])]
            return [Series({}, [(0, 0), (1, 0)])]

    svg = ET.fromstring(draw(Recorded(), "A & B"))
    texts = [one.text for one in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [
        "Connections",
        "up to 3",
        "<web> in use",
        "A & B. 1 seconds from left to right",
    ]


class Gateway(http.server.BaseHTTPRequestHandler):
    """Accepts messages and keeps their codes."""

    codes: list[str] = []  # noqa: RUF012

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.codes.append(re.search(r"#(\d+)", json.loads(text)["message"])[1])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def gateways():
    """`SMS_URL` with a dead gateway and a working one."""
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=receiver.serve_forever, daemon=True)
    thread.start()
    yield f"json://127.0.0.1:1/ json://127.0.0.1:{receiver.server_port}/"
    receiver.shutdown()
    receiver.server_close()
    thread.join()


@pytest.fixture
def told(transactional_db, gateways):
    """A real server's metrics after a login, a profile and a request that is too long."""
    with running(METRICS="true", SMS_URL=gateways, PHONE_REGIONS="RU") as server:
        _, sent = server.call("POST", CODE, {"phone": "+79161234567"})
        body = {"phone": "+79161234567", "code": Gateway.codes[-1], "ticket": sent["ticket"]}
        _, pair = server.call("POST", "/api/v1/auth/token/", body)
        assert server.call("GET", PROFILE, access=pair["access"])[0] == 200
        assert server.call("GET", "/api/" + "a" * 5000)[0] == 414
        return retry(lambda: counted(text_of(server)))


def counted(text):
    """The metrics once they include the refusal, which is counted after it is answered."""
    return text if 'requests_refused_total{status="414"}' in text else None


@pytest.mark.django_db(transaction=True)
def test_every_metric_that_is_asked_for_or_explained_exists(told, promtool):
    promtool("check", "metrics", input=told)
    told_names = set(re.findall(r"^(referrals_\w+)", told, re.MULTILINE))
    asked = " ".join([*queries(), *(rule["expr"] for rule in rules())])
    assert set(re.findall(r"referrals_\w+", asked)) <= told_names
    families = set(re.findall(r"^# TYPE (referrals_\w+)", told, re.MULTILINE))
    explained = set(re.findall(r"^\| `(referrals_\w+)", PAGE.read_text(), re.MULTILINE))
    assert explained == families


def test_every_alert_is_explained():
    explained = re.findall(r"^\| `([A-Z]\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert explained == [rule["alert"] for rule in rules()]
