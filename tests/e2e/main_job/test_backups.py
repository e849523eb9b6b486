"""Backups of a database on a real cluster: made now and by schedule, brought back whole or not at all."""

import base64
from typing import Any

import pytest

from activities import kube
from activities.cluster.backup_jobs import BackupJobs, make_other_run
from activities.cluster.backups import RESTORED, Backups
from activities.heartbeat import Progress
from api.schemas import ServiceBackups
from deploy.gallery.examples import DIRECTORY, read_example
from deploy.local.demo.catalyst import CatalystError
from tests.e2e.main_job.test_resets import claims_of, reset
from tests.e2e.main_job.test_services import NOTE, pods_of, secret_of, visit
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.secrets import Secret, find_leaks
from tests.e2e.support.surfaces import open_surfaces
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.models import EnvironmentSnapshot, FailureKind, Phase, Restore
from workflows.models import messages as m

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900), pytest.mark.spec("ENV-017")]

COMPONENT = "db-backups"
STRANGE = "p'q\"r$s t\\u%v&;`w`#@:/?[]{}|<>*~!é"
"""A password that no shell, URL or configuration file would leave as it is."""


async def create(previews: Previews, **backups: object) -> Preview:
    """The example with services; its file asks for the database, and its template for backups of it."""
    example = read_example(DIRECTORY / "services")
    asked = {"schedule": "never", "size": "1Gi", **backups}
    services = {"db": {"type": "postgres", "backups": asked}}
    return await previews.create(tree=example.files, type=example.template.type, services=services)


async def listed(preview: Preview) -> ServiceBackups:
    found = await preview.stack.catalyst.backups(preview.project, preview.environment)
    assert found.note == ""
    [service] = found.services
    return service


async def back_up(preview: Preview) -> str:
    """Make one now, wait until how it ended is told, and return its name."""
    catalyst = preview.stack.catalyst
    before = {each.name for each in (await listed(preview)).backups}
    await catalyst.command("services/db/backups", preview.project, preview.environment)

    async def new() -> str | None:
        names = [each.name for each in (await listed(preview)).backups]
        return next((each for each in names if each not in before), None)

    name = await eventually(new, within=120, what="there is one more backup")

    async def is_told() -> bool:
        detail = await catalyst.environment(preview.project, preview.environment)
        return detail is not None and any(f"`{name}`" in each.reason for each in detail.decisions)

    await eventually(is_told, within=30, what="its end stands among the decisions")
    return name


async def restore(preview: Preview, backup: str) -> EnvironmentSnapshot:
    """Ask for it, and wait until its revision has ended."""
    before = (await preview.snapshot()).revisions[0].number
    await preview.stack.catalyst.command(
        "services/db/restore", preview.project, preview.environment, backup=backup
    )
    return await preview.until(
        lambda s: s.revisions[0].number > before and s.phase in (Phase.READY, Phase.FAILED),
        what="the revision of the restore has ended",
    )


async def ask(preview: Preview, query: str) -> str:
    """What the database answers, asked in its own pod."""
    namespace = await preview.namespace()
    selector = f"{naming.PART_LABEL}=db"
    [pod] = await preview.stack.cluster.pods(namespace, selector=selector)
    container = kube.Container(namespace, pod["metadata"]["name"], "db")
    command = ["psql", "--username=app", "--dbname=app", "-At", "--command", query]
    done = await kube.execute(preview.stack.cluster.api, container, command, seconds=20)
    assert done.code == 0, done.complaints
    return done.stdout.decode().strip()


async def on_the_volume(preview: Preview, script: str) -> str:
    """Run a script where the backups are, and return its last word."""
    namespace, api = await preview.namespace(), preview.stack.cluster.api
    jobs = BackupJobs(api, namespace)
    cron_job = await jobs.find(COMPONENT)
    assert cron_job is not None
    ended = await jobs.run(make_other_run(cron_job, "look", f"set -eu; cd /backups; {script}", {}))
    await jobs.delete("look")
    assert ended.said == "", ended.lines
    return ended.word


async def set_password(preview: Preview, password: str) -> None:
    """Of the database, and in its Secret."""
    quoted = password.replace("'", "''")
    await ask(preview, f"ALTER ROLE app PASSWORD '{quoted}'")
    name = naming.service_secret("db")
    path = f"/api/v1/namespaces/{await preview.namespace()}/secrets/{name}"
    data = {key: base64.b64encode(password.encode()).decode() for key in ("password", "PGPASSWORD")}
    await kube.request(
        preview.stack.cluster.api,
        "PATCH",
        path,
        body={"data": data},
        content_type="application/merge-patch+json",
    )


async def runs_of(preview: Preview) -> list[dict[str, Any]]:
    path = f"/apis/batch/v1/namespaces/{await preview.namespace()}/jobs"
    return await preview.stack.cluster.items(path)


@pytest.mark.spec("ENV-018", "FR-007")
@pytest.mark.invariant(4)
async def test_what_was_there_comes_back_and_what_came_later_is_gone(previews: Previews) -> None:
    preview = await create(previews)
    async with open_surfaces(preview) as surfaces:
        first = await preview.open(NOTE)
        snapshot = await preview.until_ready(first)
        assert [each.service for each in snapshot.backups] == ["db"]
        assert (await listed(preview)).note == "None has been made yet."
        await set_password(preview, STRANGE)
        await ask(preview, "INSERT INTO books (title, author) VALUES ('Before', 'Ada')")
        name = await back_up(preview)
        [backup] = (await listed(preview)).backups
        assert (backup.service, backup.bytes > 500) == ("db", True)
        await ask(preview, "INSERT INTO books (title, author) VALUES ('After', 'Ada')")
        await ask(preview, "CREATE TABLE later (x integer)")
        application = await pods_of(preview, "web")

        snapshot = await restore(preview, name)
        assert snapshot.phase is Phase.READY, snapshot.failure
        assert snapshot.revisions[0].trigger.startswith(f"restore of `db` from `{name}` by ")
        assert snapshot.serving is not None
        assert snapshot.serving.commit == first
        assert [each.name for each in snapshot.revisions[0].jobs][:1] == ["migrate"]
        titles = await ask(preview, "SELECT string_agg(title, ',' ORDER BY title) FROM books")
        assert "Before" in titles
        assert "After" not in titles
        assert await ask(preview, "SELECT to_regclass('later') IS NULL") == "t"
        found = await ask(
            preview, "SELECT count(*) FROM pg_database WHERE datname LIKE 'catalyst%'"
        )
        assert found == "0", "nothing of it is left beside the database"
        assert not (await pods_of(preview, "web") & application)
        assert "Before" in (await preview.page()).text
        assert await visit(preview) > 0
        names = [each["metadata"]["name"] for each in await runs_of(preview)]
        assert not [each for each in names if each.startswith(("restore-", "exchange-"))]

        second = await preview.push({"CHANGES.md": "One more.\n"})
        await preview.until_ready(second)
        assert "Before" in (await preview.page()).text
        assert [each.name for each in (await listed(preview)).backups] == [name]
        assert (await secret_of(preview, "db"))["password"] == STRANGE
        texts = await surfaces.kept()
        alive = [text async for text in surfaces.objects()]
        secrets = f"/secrets/{naming.service_secret('db')}"
        texts += [text for text in alive if not text.place.endswith(secrets)]
    assert find_leaks(texts, [Secret("the database's password", STRANGE)]) == []


@pytest.mark.variant
async def test_a_backup_that_cannot_be_read_leaves_everything_as_it_was(
    previews: Previews,
) -> None:
    preview = await create(previews)
    first = await preview.open(NOTE)
    await preview.until_ready(first)
    name = await back_up(preview)
    await ask(preview, "INSERT INTO books (title, author) VALUES ('After', 'Ada')")
    application = await pods_of(preview, "web")
    with pytest.raises(CatalystError, match=name):
        await restore(preview, "db-20250101T000000Z")
    await on_the_volume(preview, f"truncate -s -200 {name}.dump")

    snapshot = await restore(preview, name)
    assert snapshot.phase is Phase.FAILED
    assert snapshot.failure is not None
    assert snapshot.failure.kind is FailureKind.USER
    assert "the data of `db` is as it was" in snapshot.failure.message
    assert any("pg_restore" in each for each in snapshot.failure.excerpt), snapshot.failure
    assert await ask(preview, "SELECT count(*) FROM books WHERE title = 'After'") == "1"
    assert await pods_of(preview, "web") == application, "the application was never stopped"
    assert "After" in (await preview.page()).text

    await preview.stack.catalyst.command("retry", preview.project, preview.environment)
    await preview.until_phase(Phase.READY)
    assert "After" in (await preview.page()).text, "a retry does not try that again"


@pytest.mark.variant
async def test_what_was_brought_back_is_never_brought_back_twice(previews: Previews) -> None:
    """Also where all that had told of it was lost on the way: the mark at the CronJob, and the Jobs."""
    preview = await create(previews)
    await preview.until_ready(await preview.open(NOTE))
    name = await back_up(preview)
    stack = preview.stack
    request = m.RestoreBackupInput(
        ref=(await preview.snapshot()).ref,
        restore=Restore(id="restore-of-a-test", service="db", backup=name),
        component=COMPONENT,
        release=naming.release_name(preview.environment),
        kept=("db",),
    )
    backups = Backups(stack.cluster.api)
    assert not (await backups.restore(request, Progress())).was_done
    assert (await backups.restore(request, Progress())).was_done
    await ask(preview, "INSERT INTO books (title, author) VALUES ('After', 'Ada')")
    jobs = BackupJobs(stack.cluster.api, await preview.namespace())
    cron_job = await jobs.find(COMPONENT)
    assert cron_job is not None
    await jobs.annotate(cron_job, {RESTORED: ""})
    assert not (await backups.restore(request, Progress())).was_done
    assert await ask(preview, "SELECT count(*) FROM books WHERE title = 'After'") == "1"

    async def shown() -> bool:
        return "After" in (await preview.page()).text

    await eventually(shown, within=120, what="the application that was restarted shows it")


@pytest.mark.variant
async def test_a_reset_leaves_the_backups_and_one_of_them_brings_the_data_back(
    previews: Previews,
) -> None:
    preview = await create(previews)
    first = await preview.open(NOTE)
    await preview.until_ready(first)
    await ask(preview, "INSERT INTO books (title, author) VALUES ('Before', 'Ada')")
    name, claims = await back_up(preview), await claims_of(preview, COMPONENT)
    password = (await secret_of(preview, "db"))["password"]
    snapshot = await reset(preview, "db")
    assert snapshot.phase is Phase.READY, snapshot.failure
    assert "Before" not in (await preview.page()).text
    assert await claims_of(preview, COMPONENT) == claims
    assert [each.name for each in (await listed(preview)).backups] == [name]
    assert (await secret_of(preview, "db"))["password"] != password

    # A push that comes in between begins it anew, and nothing stays half.
    number = (await preview.snapshot()).revisions[0].number
    await preview.stack.catalyst.command(
        "services/db/restore", preview.project, preview.environment, backup=name
    )
    await preview.until(
        lambda s: s.revisions[0].number > number and s.phase is Phase.DEPLOYING,
        what="the restore is under way",
    )
    second = await preview.push({"CHANGES.md": "A push in between.\n"})
    await preview.until_ready(second)
    assert "Before" in (await preview.page()).text


async def test_the_schedule_makes_them_and_keeps_only_the_newest(previews: Previews) -> None:
    preview = await create(previews, schedule="* * * * *", keep=1)
    first = await preview.open(NOTE)
    snapshot = await preview.until_ready(first)
    assert any("backed up by `* * * * *` (UTC)" in each for each in snapshot.revisions[0].reasons)

    async def one() -> str | None:
        found = (await listed(preview)).backups
        return found[0].name if found else None

    first_name = await eventually(one, within=120, what="the schedule has made a backup")
    name = await back_up(preview)

    async def only_the_newest() -> bool:
        files = (await on_the_volume(preview, "ls -A > /dev/termination-log")).split()
        return files == [f"{each.name}.dump" for each in (await listed(preview)).backups]

    await eventually(only_the_newest, within=60, what="nothing but the newest one is there")
    [kept] = (await listed(preview)).backups
    assert first_name < name <= kept.name
