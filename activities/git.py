"""The one way to get files of a commit: shallow, verified, and with nothing of the repository executed.

Whoever needs files fetches the pinned commit itself; no checkout passes between activities. The token
reaches git through its environment alone: never an argument, a file, or a line of the log.
"""

import asyncio
import base64
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from activities.processes import Finished, ProcessTimeoutError, run_process
from workflows.errors import CommitGoneError, GitHubError, RepositoryGoneError

_COMMIT = re.compile(r"[0-9a-f]{40}")
_LINK_MODE = "120000"
_SCHEMES = ("https", "http", "file")
_COMMIT_GONE = re.compile(
    r"not our ref|couldn't find remote ref|unadvertised object|not a valid object|unable to find"
)
_REPOSITORY_GONE = re.compile(
    r"repository .* not found|does not appear to be a git repository|returned error: 404"
)
SAFE_CONFIGURATION: Mapping[str, str] = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "protocol.version": "2",
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "credential.helper": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.detachedHead": "false",
    "fetch.negotiationAlgorithm": "noop",  # nothing is here that a server could build on
    "core.bigFileThreshold": "8m",  # larger files are never whole in memory
    "filter.lfs.smudge": "",
    "filter.lfs.process": "",
    "filter.lfs.required": "false",
}
"""Nothing of a repository runs, nothing of it is fetched beyond what was asked for, and no file fills the memory."""
_INHERITED = (
    "PATH", "TMPDIR", "SSL_CERT_FILE", "GIT_SSL_CAINFO",
    "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy",
)  # fmt: skip
"""What the machine says about reaching the network; no setting of Catalyst's."""


async def fetch_commit(
    url: str,
    commit: str,
    ref: str,
    token: str,
    destination: Path,
    *,
    timeout: float = 120,  # noqa: ASYNC109  (handed to each program, which is ended by it)
    paths: Sequence[str] = (),
) -> Path:
    """Check `commit` of the repository at `url` out into `destination` (new or empty), and return it.

    `ref` (`refs/pull/7/head`) is asked for where the server does not hand out plain commits. With
    `paths` only those directories are fetched and checked out; where the server cannot filter, all of
    it is fetched. `token` may be empty for public repositories. `timeout` is seconds for each step.

    Links are checked out as links: whoever reads must refuse those that `escaping_links` names.
    Raises CommitGoneError, RepositoryGoneError, GitHubError.
    """
    _check(url, commit, ref)
    git = Git(destination, _environment(url, token), timeout)
    await asyncio.to_thread(_write_repository, destination, url, paths, has_all=not paths)
    await _fetch(git, commit, ref, only_trees=bool(paths))
    await git("checkout", "--quiet", "--detach", commit)
    head = (await asyncio.to_thread((destination / ".git/HEAD").read_text)).strip()
    if head != commit:
        raise GitHubError(f"git checked out {head} instead of {commit}")
    return destination


def escaping_links(root: Path, under: str = ".") -> Iterator[str]:
    """Links below `root/under` that lead out of `root` or into its `.git`, as paths relative to `root`.

    A link on the way to `under` counts too. Readers such as Helm follow links, and one that leads to a
    file of this process would publish it.
    """
    base = root.resolve()
    start = root / under
    if not _is_inside(base, start):
        yield under
        return
    for folder, folders, files in os.walk(start):
        if ".git" in folders and Path(folder) == root:
            folders.remove(".git")
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.is_symlink() and not _is_inside(base, path):
                yield path.relative_to(root).as_posix()


def _is_inside(base: Path, path: Path) -> bool:
    try:
        real = path.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return False
    return real == base or (real.is_relative_to(base) and not real.is_relative_to(base / ".git"))


def remote_git(url: str, token: str, directory: Path, timeout: float) -> "Git":
    """Git in an existing directory, with the right to ask the server at `url`."""
    _check(url)
    return Git(directory, _environment(url, token), timeout)


async def fetch_trees(
    url: str,
    commit: str,
    ref: str,
    token: str,
    destination: Path,
    *,
    timeout: float = 120,  # noqa: ASYNC109  (as `fetch_commit`)
    has_contents: bool = False,
) -> "Git":
    """The names and modes of all files of `commit`, without contents, as a repository that git can be asked about.

    The contents come too with `has_contents`, or where the server cannot filter. Raises as `fetch_commit`.
    """
    _check(url, commit, ref)
    git = Git(destination, _environment(url, token), timeout)
    await asyncio.to_thread(_write_repository, destination, url, (), has_all=has_contents)
    await _fetch(git, commit, ref, only_trees=not has_contents)
    return git


async def fetch_object_ids(
    url: str,
    commit: str,
    ref: str,
    token: str,
    destination: Path,
    *,
    paths: Sequence[str],
    optional: Sequence[str] = (),
    timeout: float = 120,  # noqa: ASYNC109  (as `fetch_commit`)
) -> tuple[str, ...]:
    """Hash of each path's content at `commit`, those of `optional` last: equal hashes mean equal files. Fetches names, not
    contents.

    A path that is a link, or leads over one, has the hash of the whole commit's content: what a link shows
    may lie anywhere in it. So has a path that does not exist, and one of `optional` then has none. Raises as
    `fetch_commit`.
    """
    git = await fetch_trees(url, commit, ref, token, destination, timeout=timeout)
    whole = (await git("rev-parse", f"{commit}^{{tree}}")).stdout.decode().strip()
    needed = [await _object_id(git, commit, path) or whole for path in paths]
    for path in optional:
        is_absent = await _is_absent(git, commit, path)
        needed.append("" if is_absent else await _object_id(git, commit, path) or whole)
    return tuple(needed)


async def _is_absent(git: "Git", commit: str, path: str) -> bool:
    """Whether nothing is at the path, and no link on the way to it."""
    parts = path.strip("/").removeprefix("./").split("/")
    for count in range(1, len(parts) + 1):
        above = "/".join(parts[:count])
        listed = (await git("ls-tree", "-z", "--full-tree", commit, "--", above)).stdout.decode()
        if not listed:
            return True
        if listed.startswith(_LINK_MODE):
            return False
    return False


async def _object_id(git: "Git", commit: str, path: str) -> str:
    plain = path.strip("/").removeprefix("./")
    if plain in ("", "."):
        return ""
    listed = (await git("ls-tree", "-z", "--full-tree", commit, "--", plain)).stdout.decode()
    mode, _, rest = listed.partition(" ")
    return "" if mode in ("", _LINK_MODE) else rest.split("\t")[0].split(" ")[-1]


class Git:
    """Git commands in one directory; a failure is raised as ours."""

    def __init__(self, directory: Path, env: Mapping[str, str], timeout: float) -> None:
        self._directory = directory
        self._env = env
        self._timeout = timeout

    async def __call__(self, *args: str, stdin: bytes = b"", keep: int | None = None) -> Finished:
        finished = await self.attempt(*args, stdin=stdin, keep=keep)
        if finished.code != 0:
            raise git_failure(finished.text, args[0])
        return finished

    async def attempt(self, *args: str, stdin: bytes = b"", keep: int | None = None) -> Finished:
        git = shutil.which("git", path=self._env.get("PATH")) or "git"
        try:
            return await run_process(
                [git, *args],
                env=self._env,
                cwd=self._directory,
                timeout=self._timeout,
                stdin=stdin,
                keep=keep,
            )
        except ProcessTimeoutError as error:
            raise GitHubError(f"git {args[0]} took longer than {self._timeout:g} s") from error


def _write_repository(root: Path, url: str, paths: Sequence[str], *, has_all: bool) -> None:
    """An empty repository (gitrepository-layout(5)), as `git init` and five more commands would leave it.

    Without `has_all`, contents come when a checkout asks for them.
    """
    directory = root / ".git"
    for part in ("objects", "refs", "info"):
        (directory / part).mkdir(parents=True, exist_ok=True)
    (directory / "HEAD").write_text("ref: refs/heads/main\n")
    sections = [f'[remote "origin"]\n\turl = {url}\n']
    if not has_all:
        sections.append("\tpromisor = true\n\tpartialclonefilter = blob:none\n")
        sections.append("[extensions]\n\tpartialClone = origin\n")
    sparse = "true" if paths else "false"
    sections.append(
        f"[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tsparseCheckout = {sparse}\n"
    )
    (directory / "config").write_text("".join(sections))
    (directory / "info/sparse-checkout").write_text("".join(f"/{_plain(path)}\n" for path in paths))


async def _fetch(git: Git, commit: str, ref: str, *, only_trees: bool) -> None:
    options = [
        "--quiet",
        "--depth=1",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
    ]
    if only_trees:
        options.append("--filter=blob:none")
    direct = await git.attempt("fetch", *options, "origin", commit)
    if direct.code == 0:
        return
    if not ref or not _COMMIT_GONE.search(direct.text):
        raise git_failure(direct.text, "fetch")
    # Servers with protocol v0 hand out what a ref points to and nothing else.
    await git("fetch", *options, "origin", f"{ref}:refs/catalyst/fetched")
    found = (await git("rev-parse", "refs/catalyst/fetched")).stdout.decode().strip()
    if found != commit:
        raise CommitGoneError(f"commit {commit[:7]} is gone: {ref} has moved on to {found[:7]}")


def header_key(url: str) -> str:
    """The git setting that sends a header to that server and to no other."""
    scheme, host = urlsplit(url)[:2]
    return f"http.{scheme}://{host}/.extraHeader"


def header_of(token: str) -> str:
    """What `header_key` is set to."""
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return f"Authorization: Basic {basic}"


def git_failure(text: str, command: str) -> CommitGoneError | RepositoryGoneError | GitHubError:
    """The failure that git printed."""
    lines = [line for line in text.splitlines() if line.strip()][-5:]
    if _COMMIT_GONE.search(text):
        return CommitGoneError("the commit no longer exists in the repository", excerpt=lines)
    if _REPOSITORY_GONE.search(text):
        return RepositoryGoneError("the repository does not exist, or is not ours to read")
    return GitHubError(f"git {command} failed", excerpt=lines)


def _check(url: str, commit: str = "0" * 40, ref: str = "") -> None:
    """What goes onto git's command line is what we think it is (OPS-5)."""
    parts = urlsplit(url)
    is_plain = re.fullmatch(r"[A-Za-z0-9:/._~%\[\]-]+", url)
    if parts.scheme not in _SCHEMES or parts.username or parts.password or not is_plain:
        raise ValueError("a repository URL is http(s) and holds no credentials")
    if not _COMMIT.fullmatch(commit):
        raise ValueError("a commit is 40 hexadecimal digits")
    if ref and not re.fullmatch(r"refs/[A-Za-z0-9._/+@#%=-]+", ref):
        raise ValueError("a ref is written in full")


def _plain(path: str) -> str:
    """A directory of the repository as a literal pattern of `sparse-checkout`."""
    return re.sub(r"([*?\[\]\\!# ])", r"\\\1", path.strip("/")).removeprefix("./") or "*"


def _environment(url: str, token: str) -> dict[str, str]:
    """Git without anybody's configuration, hooks, prompts or helpers; the token goes in here and nowhere else."""
    config = dict(SAFE_CONFIGURATION)
    if token:
        config[header_key(url)] = header_of(token)
    env = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    env |= {
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "GIT_ALLOW_PROTOCOL": urlsplit(url).scheme,
        "GIT_CONFIG_COUNT": str(len(config)),
    }
    for index, (key, value) in enumerate(config.items()):
        env[f"GIT_CONFIG_KEY_{index}"] = key
        env[f"GIT_CONFIG_VALUE_{index}"] = value
    return env
