"""What runs in a build's pod: two short scripts and their arguments. Nothing of a user's is ever part of a script.

Both containers start at once, as a node tells of a container's end only up to a second after it: BuildKit starts while
the commit is fetched. A lock orders them, which the kernel lets go however its holder ends, so the first step of a
build begins when nothing runs any more where the token is.
"""

import posixpath
from urllib.parse import urlsplit

from activities.build.config import BuildConfig
from activities.build.inputs import DOCKERFILE, secret_key
from activities.build.proxy import proxy_variables
from workflows import naming
from workflows.models import messages as m

INPUTS = "/inputs"
"""Where the building container finds secrets and what hides them."""
DOCKERFILES = "/dockerfile"
"""Where it finds a generated Dockerfile."""
KEPT = "/kept"
"""Where it finds what is kept of earlier builds, if anything is."""
COMMIT_GONE = 41
"""Exit code of the fetching container: the commit is not there any more."""
FETCH_FAILED = 42
CONTEXT_TOO_LARGE = 43
"""The last line of its log is the size in KiB."""
UNFETCHED = 44
"""Exit code of the building container: it got nothing to build; the fetching one says why."""
SHARED_CACHE = "pull-requests"
"""One cache a component for all trusted pull requests of a project: the next one's first build is warm."""
DEFAULT_CACHE = "default"
"""Of the default branch, where a deployment environment fills it."""

FETCH_SCRIPT = f"""
export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C
export GIT_CONFIG_COUNT=3
export GIT_CONFIG_KEY_0="$HEADER" GIT_CONFIG_VALUE_0="$(cat /git/authorization)"
export GIT_CONFIG_KEY_1=core.hooksPath GIT_CONFIG_VALUE_1=/dev/null
export GIT_CONFIG_KEY_2=protocol.version GIT_CONFIG_VALUE_2=2
cd /build
# Has its name only once it is held.
exec 8> fetching.new
flock 8
mv fetching.new fetching
rm -rf source
git init --quiet --template= source
cd source
git remote add origin "$URL"
fetch() {{ git fetch --quiet --depth=1 --no-tags --no-recurse-submodules origin "$1" 2>/build/fetch.log; }}
if ! fetch "$COMMIT" && ! fetch "$REF"; then
  cat /build/fetch.log >&2
  grep -qE "not our ref|couldn't find remote ref" /build/fetch.log && exit {COMMIT_GONE}
  exit {FETCH_FAILED}
fi
git checkout --quiet --detach "$COMMIT" || exit {COMMIT_GONE}
test "$(git rev-parse HEAD)" = "$COMMIT" || exit {COMMIT_GONE}
rm -rf .git
echo "fetched $COMMIT"
# A directory that is missing, or a link, is BuildKit's to judge.
size="$(du -sk -- "$CONTEXT" 2>/dev/null | cut -f1)"
if test "${{size:-0}}" -gt "$CONTEXT_LIMIT"; then
  echo "$size" >&2
  exit {CONTEXT_TOO_LARGE}
fi
touch /build/fetched
"""
"""Without `.git`, as BuildKit's own git contexts are: its contents differ for every commit and would spoil every cache."""

BUILD_SCRIPT = f"""
printf '%s' "$SETTINGS" > /build/buildkitd.toml
# A container's first process ignores TERM unless it says otherwise; its end is the end of all the others.
trap 'exit 143' TERM
if test -e /inputs/masks.sed; then
  sed -u p < /dev/null 2> /dev/null && unbuffered=-u
  mkfifo /build/output
  LC_ALL=C sed ${{unbuffered:-}} -f /inputs/masks.sed < /build/output &
  mask=$!
  exec > /build/output 2>&1
fi
# Stands in for `buildctl`, which `buildctl-daemonless.sh` runs when the daemon answers.
cat > /build/buildctl << 'END'
if test "$2" = build; then
  until test -e /build/fetching; do sleep 0.1; done
  exec 8< /build/fetching
  flock 8
  test -e /build/fetched || exit {UNFETCHED}
  exec 8<&-
fi
exec buildctl "$@"
END
export BUILDCTL="sh /build/buildctl"
# Another build may have it after all, and then this one does without; the lock ends with the last of its processes.
if test -n "${{KEPT:-}}" && exec 9> $KEPT/lock && flock -n 9; then
  boot="$(cat /proc/sys/kernel/random/boot_id)"
  # What a node wrote before it went down may be torn; what a stopped build wrote is whole.
  if test "$(cat $KEPT/boot 2> /dev/null || echo $boot)" != "$boot"; then
    rootlesskit rm -rf $KEPT/state
  elif test -d $KEPT/state && test -z "$(find $KEPT/measured -mmin -60 2> /dev/null)"; then
    size="$(rootlesskit du -sk $KEPT/state | cut -f1)"
    test "$size" -le "$KEPT_LIMIT" || rootlesskit rm -rf $KEPT/state
    touch $KEPT/measured
  fi
  echo "$boot" > $KEPT/boot
  export BUILDKITD_FLAGS="$BUILDKITD_FLAGS --root=$KEPT/state"
fi
buildctl-daemonless.sh build "$@" &
code=0
wait $! || code=$?
if test -n "${{mask:-}}"; then
  exec >&- 2>&-
  wait "$mask"
fi
exit $code
"""


def build_arguments(
    request: m.BuildImageInput, config: BuildConfig, *, repository: str, tag: str
) -> list[str]:
    """Arguments of `buildctl build`."""
    build = request.build
    source = "/build/source"
    folder, name = posixpath.split(build.dockerfile)
    place = posixpath.normpath(posixpath.join(source, folder))
    if build.generated:
        place, name = DOCKERFILES, DOCKERFILE
    arguments = [
        "--progress=plain",
        "--frontend=dockerfile.v0",
        f"--local=context={posixpath.normpath(posixpath.join(source, build.context))}",
        f"--local=dockerfile={place}",
        f"--opt=filename={name}",
        f"--output=type=image,name={config.registry}/{repository}:{tag},push=true",
    ]
    if config.mirror:
        arguments.append("--opt=cmdline=dockerfile.v0")  # a `# syntax=` image cannot be fetched
    if build.target:
        arguments.append(f"--opt=target={build.target}")
    # What the build itself says comes first. Unlike that, a mirror makes no other image of the same content.
    told = {**proxy_variables(config), **config.mirrors.arguments, **build.args}
    arguments += [f"--opt=build-arg:{key}={value}" for key, value in sorted(told.items())]
    if request.is_trusted:
        arguments += [
            f"--secret=id={each},src={INPUTS}/{secret_key(build, each)}" for each in build.secrets
        ]
    cache = naming.cache_repository(config.registry, request.ref.project, build.component)
    # What a fork builds is never another's cache: its layers may hold anything.
    own = SHARED_CACHE if request.is_trusted else request.ref.environment
    imported = [own, DEFAULT_CACHE] if request.is_trusted else [own, SHARED_CACHE, DEFAULT_CACHE]
    arguments.append(f"--export-cache=type=registry,ref={cache}:{own},mode=max,ignore-error=true")
    arguments += [f"--import-cache=type=registry,ref={cache}:{each}" for each in imported]
    return arguments


def buildkit_settings(config: BuildConfig) -> str:
    """`buildkitd.toml`."""
    lines = []
    if config.mirror:
        lines += ['[registry."docker.io"]', f'  mirrors = ["{config.mirror}"]']
    hosts = {config.registry, config.mirror} - {""} if config.is_plain_http else set()
    hosts |= {url.netloc for url in map(urlsplit, config.package_sources) if url.scheme == "http"}
    for host in sorted(hosts):
        lines += [f'[registry."{host}"]', "  http = true"]
    return "\n".join(lines) + "\n"
