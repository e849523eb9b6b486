"""Python projects: what is installed, which module serves, and how it is called."""

import pytest

from tests.workflows.planning.detection.trees import understood
from workflows.models import Application, ApplicationKind

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


def python(files: dict[str, str], requirements: str = "fastapi\nuvicorn\n") -> Application:
    return understood({"requirements.txt": requirements, **files}).application


@pytest.mark.parametrize(
    ("files", "target"),
    [
        ({"main.py": FASTAPI}, "main:app"),
        ({"app/main.py": FASTAPI, "app/__init__.py": ""}, "app.main:app"),
        ({"app/main.py": "import db\n" + FASTAPI, "app/db.py": ""}, "main:app --app-dir app"),
        ({"src/main.py": FASTAPI}, "main:app --app-dir src"),
        ({"src/main.py": "from src.db import x\n" + FASTAPI}, "src.main:app"),
        ({"api/__init__.py": FASTAPI}, "api:app"),
        ({"svc.py": "def create_app():\n    return FastAPI()\n"}, "svc:create_app --factory"),
    ],
)
def test_the_module_is_named_as_its_own_imports_see_it(files: dict[str, str], target: str) -> None:
    expected = f"uvicorn {target} --host 0.0.0.0 --port 8000 --reload"
    assert python(files).dev == expected


def test_a_missing_server_is_warned_about_even_through_included_requirements() -> None:
    files = {"main.py": FASTAPI, "requirements.txt": "-r base.txt\n", "base.txt": "fastapi\n"}
    assert "does not name `uvicorn`" not in " ".join(understood(files).warnings)
    named = {
        "main.py": FASTAPI,
        "requirements.txt": "-r requirements-base.txt\n-r requirements.txt\n",
        "requirements-base.txt": "fastapi\n# uvicorn\n",
    }
    assert "does not name `uvicorn`" in " ".join(understood(named).warnings)


@pytest.mark.parametrize(
    ("code", "framework", "port"),
    [
        ("import gradio\n", "gradio", 7860),
        ("import dash\n", "dash", 8050),
        ("import tornado.web\napp.listen(9001)\n", "tornado", 9001),
        ("import socketserver\n", "", 0),
        ("import http.client\n", "", 0),
        ("PORT: int = 9002\n", "", 9002),
    ],
)
def test_programs_are_known_by_the_libraries_they_serve_with(
    code: str, framework: str, port: int
) -> None:
    found = python({"main.py": code})
    assert (found.dev, found.framework, found.port) == ("python main.py", framework, port)


def test_gradio_and_dash_are_told_to_listen_everywhere() -> None:
    assert python({"app.py": "import gradio\n"}).variables["GRADIO_SERVER_NAME"] == "0.0.0.0"
    assert python({"app.py": "import dash\n"}).variables["HOST"] == "0.0.0.0"


@pytest.mark.parametrize(
    ("files", "install"),
    [
        ({"uv.lock": "", "pyproject.toml": "[project]\nname = 'x'\n"}, "uv sync --locked"),
        ({"pyproject.toml": "[tool.uv]\n"}, "uv sync"),
        (
            {"Pipfile": "[packages]\nfastapi = {extras = ['all'], version = '*'}\n"},
            "pipenv install",
        ),
        (
            {"poetry.lock": "", "pyproject.toml": "[tool.poetry]\nname = 'x'\n"},
            "poetry install --no-root",
        ),
        (
            {"pyproject.toml": "[tool.poetry]\npackages = [{include = 'a'}]\n"},
            "poetry install",
        ),
        (
            {
                "pyproject.toml": "[project]\nname = 'my-shop'\n[tool.poetry.group.dev.dependencies]\nx = '*'\n",
                "src/my_shop/__init__.py": "",
            },
            "poetry install",
        ),
        ({"setup.py": ""}, "pip install ."),
        ({"requirements/prod.txt": ""}, "pip install -r requirements/prod.txt"),
    ],
)
def test_the_lock_file_says_what_installs(files: dict[str, str], install: str) -> None:
    assert understood({"main.py": FASTAPI, **files}).application.install == install


def test_a_member_of_a_uv_workspace_is_installed_from_its_lock_file() -> None:
    found = understood(
        {
            "pyproject.toml": "[tool.uv.workspace]\nmembers = ['api']\n",
            "uv.lock": "",
            "api/pyproject.toml": "[project]\nname = 'api'\ndependencies = ['fastapi', 'uvicorn']\n",
            "api/main.py": FASTAPI,
        }
    )
    assert (found.application.workdir, found.application.workspace) == ("api", ".")
    assert "uv, by `uv.lock`." in found.reasons


def test_django_without_wsgi_is_served_by_itself() -> None:
    manage = {"manage.py": "DJANGO_SETTINGS_MODULE = 'x'"}
    found = python(manage, "django\ngunicorn\n")
    assert found.start == "python manage.py runserver 0.0.0.0:8000 --noreload"
    told = understood({"requirements.txt": "django\ngunicorn\n", **manage}).reasons
    assert "No `wsgi.py` is seen, so `start` is Django's own." in told
    nested = {
        "site/manage.py": manage["manage.py"],
        "site/assets/x.css": "",
        "site/shop/wsgi.py": "",
    }
    found = python(nested, "django\ngunicorn\n")
    assert found.start == "gunicorn --chdir site shop.wsgi:application --bind 0.0.0.0:8000"


def test_flask_in_a_directory_of_its_own_is_named_by_path() -> None:
    code = "import models\nfrom flask import Flask\napp = Flask(__name__)\n"
    found = python({"web/site.py": code, "web/models.py": ""}, "flask\ngunicorn\n")
    assert found.dev == "flask --app web/site.py run --host 0.0.0.0 --port 5000 --debug"
    assert found.start == "gunicorn --chdir web site:app --bind 0.0.0.0:5000"


def test_code_of_a_project_inside_another_is_not_its_own() -> None:
    files = {"tools/pyproject.toml": "", "tools/main.py": FASTAPI, "lib/x/y.py": ""}
    assert python(files).kind is ApplicationKind.NONE


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({".tool-versions": "python 3.13.1\n"}, "3.13"),
        ({"pyproject.toml": "[project]\nrequires-python = '<3.14'\n"}, ""),
        ({"pyproject.toml": "[project]\nrequires-python = '==3.12.*'\n"}, "3.12"),
    ],
)
def test_the_version_of_python_is_the_one_pinned_or_asked_for(
    files: dict[str, str], version: str
) -> None:
    assert python({"main.py": FASTAPI, **files}).language_version == version
