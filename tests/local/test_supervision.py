"""What supervisord is told."""

import shlex
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from smartbis.local.supervision import Addresses, Program, all_programs, configuration

APP = {"DATABASE_APP_URL": "postgresql://smartbis_app:x@/smartbis?host=%2Ftmp%2Fx", "SECRET_KEY": "app's"}
PLATFORM = {"DATABASE_PLATFORM_URL": "postgresql://smartbis_platform:y@/smartbis"}


@pytest.fixture
def programs(tmp_path):
    return all_programs(addresses=Addresses(8000, 8001, 8002), data_dir=tmp_path, app=APP, platform=PLATFORM)


def parsed(text: str, folder: Path) -> ServerOptions:
    """The configuration as supervisord itself reads it."""
    (folder / "logs").mkdir(exist_ok=True)
    path = folder / "supervisor.conf"
    path.write_text(text)
    options = ServerOptions()
    options.realize(["-n", "-c", str(path)])
    return options


def test_supervisord_reads_what_is_meant(programs, tmp_path):
    odd = Program(name="odd", command=["/bin/echo", 'a "b"; c', "50%", "back\\slash"], environment={"A": "50%, b"})
    options = parsed(configuration([*programs, odd], data_dir=tmp_path, socket=tmp_path / "control"), tmp_path)
    (group,) = options.process_group_configs
    found = {each.name: each for each in group.process_configs}
    assert set(found) == {program.name for program in [*programs, odd]}
    assert shlex.split(found["odd"].command)[-4:] == list(odd.command)
    assert found["odd"].environment == {"A": "50%, b"}
    assert found["web"].environment == APP
    assert all(each.stopasgroup and each.killasgroup and each.autorestart for each in found.values())


def test_the_sandbox_and_the_web_are_told_no_more_than_they_need(programs):
    environments = {program.name: program.environment for program in programs}
    assert environments["sandbox"] == {}
    assert environments["watcher"] == {"DATABASE_APP_URL": APP["DATABASE_APP_URL"]}
    assert environments["admin"] == PLATFORM
    assert all("DATABASE_URL" not in environment for environment in environments.values())


def test_bulk_work_gives_way(programs):
    assert {program.name: program.nice for program in programs if program.nice} == {"bulk": 10}
