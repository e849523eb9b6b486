"""Languages and generators that Catalyst recognises and cannot run yet without a Dockerfile."""

from collections.abc import Callable
from dataclasses import dataclass

from workflows.planning.detection.files import Files, join
from workflows.planning.detection.interest import words
from workflows.planning.detection.shell import Call


@dataclass(frozen=True)
class Unsupported:
    title: str
    path: str
    """The file that gives it away."""
    is_server: bool = True
    """False for generators of static sites, beside which something else may serve."""

    @property
    def reason(self) -> str:
        return f"{self.title}, by `{self.path}`: known, but not supported yet without a Dockerfile."


_Test = Callable[[Files, str], str]


def _named(*names: str) -> _Test:
    def test(files: Files, folder: str) -> str:
        return next((each for each in names if files.has(join(folder, each))), "")

    return test


def _ending(*endings: str) -> _Test:
    def test(files: Files, folder: str) -> str:
        return next((each for each in sorted(files.names(folder)) if each.endswith(endings)), "")

    return test


def _both(first: _Test, second: _Test) -> _Test:
    def test(files: Files, folder: str) -> str:
        return first(files, folder) if second(files, folder) else ""

    return test


_TESTS: tuple[tuple[str, _Test, bool], ...] = (
    ("Ruby on Rails", _named("bin/rails", "config/application.rb"), True),
    (
        "Jekyll",
        _both(_named("_config.yml"), _named("Gemfile", "_posts/.keep", "_layouts/default.html")),
        False,
    ),
    ("Ruby", _named("Gemfile", "config.ru"), True),
    ("Laravel", _named("artisan"), True),
    ("Symfony", _named("symfony.lock", "bin/console"), True),
    ("PHP", _named("composer.json", "index.php", "public/index.php"), True),
    ("Java (Maven)", _named("pom.xml"), True),
    ("Java (Gradle)", _named("build.gradle", "build.gradle.kts"), True),
    ("Rust", _named("Cargo.toml"), True),
    (".NET", _ending(".csproj", ".fsproj", ".sln", ".slnx"), True),
    ("Elixir", _named("mix.exs"), True),
    ("Deno", _named("deno.json", "deno.jsonc"), True),
    ("Scala", _named("build.sbt"), True),
    ("Clojure", _named("project.clj", "deps.edn"), True),
    ("Swift", _named("Package.swift"), True),
    ("Dart", _named("pubspec.yaml"), True),
    ("Haskell", _named("stack.yaml", "cabal.project"), True),
    ("Hugo", _named("hugo.toml", "hugo.yaml", "hugo.json"), False),
    ("Hugo", _both(_named("config.toml", "config.yaml"), _named("archetypes/default.md")), False),
    ("Conda", _named("environment.yml", "environment.yaml"), True),
)
_PROGRAMS = {
    "Ruby": words("ruby rails rackup puma rake bundle unicorn foreman"),
    "PHP": words("php composer artisan symfony"),
    "Java": words("java mvn mvnw gradle gradlew"),
    "Rust": words("cargo rustc trunk"),
    ".NET": words("dotnet"),
    "Elixir": words("mix elixir iex"),
    "Deno": words("deno"),
    "Scala": words("sbt"),
    "Hugo": words("hugo"),
    "Jekyll": words("jekyll"),
}


def find_unsupported(files: Files, folder: str) -> Unsupported | None:
    for title, test, is_server in _TESTS:
        if name := test(files, folder):
            return Unsupported(title, join(folder, name), is_server)
    return None


def unsupported_program(calls: list[Call]) -> str:
    """`Ruby (`rails`)` for the first program of a language that is not supported; empty for none."""
    for call in calls:
        for title, programs in _PROGRAMS.items():
            if call.program in programs:
                return f"{title} (`{call.program}`)"
    return ""
