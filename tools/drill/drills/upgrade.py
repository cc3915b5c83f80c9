"""An upgrade under load: the tables first, then one server after the other."""

import shutil
from contextlib import ExitStack
from pathlib import Path

from tools.drill.edge import nginx
from tools.drill.registry import drill
from tools.drill.scene import Scene
from tools.server import ROOT, manage

NEEDED = ("manage.py", "config", "users", "referrals", ".env.example")
MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("users", "{last}")]
    operations = [
        migrations.AddField("user", "nickname", models.CharField(max_length=20, null=True)),
        migrations.AddIndex("user", models.Index(fields=["nickname"], name="drill_nickname")),
        migrations.CreateModel("Drill", [("id", models.BigAutoField(primary_key=True))]),
    ]
"""


@drill(
    "an upgrade: a migration under load, then both servers behind nginx are replaced",
    needs=("nginx",),
    seamless=True,
)
def upgrade(scene: Scene) -> None:
    newer = str(newer_version(scene.folder / "newer"))
    settings = {"TRUSTED_PROXY_COUNT": "1", "WEB_CONCURRENCY": "1"}
    with scene.postgres() as database, ExitStack() as stack:
        servers = [stack.enter_context(scene.server(database.url, **settings)) for _ in range(2)]
        port = stack.enter_context(nginx(scene.folder, [one.port for one in servers]))
        with scene.load(servers, database, ports=[port]) as load:
            load.steady()
            with load.fault():
                manage("migrate", "--verbosity", "0", root=newer, DATABASE_URL=database.url)
                load.steady()
                for server in servers:
                    server.stop()
                    again = settings | {"PORT": str(server.port)}
                    stack.enter_context(scene.server(database.url, root=newer, **again))
            load.recover()


def newer_version(folder: Path) -> Path:
    """A copy of this checkout with one more migration: a column, an index and a table."""
    folder.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            left_out = shutil.ignore_patterns("tests", "__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=left_out)
        else:
            shutil.copy(ROOT / name, folder)
    migrations = folder / "users" / "migrations"
    last = max(file.stem for file in migrations.glob("[0-9]*.py"))
    (migrations / "9999_drill.py").write_text(MIGRATION.format(last=last))
    return folder
