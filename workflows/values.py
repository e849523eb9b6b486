"""Values a chart is installed with: Catalyst's defaults in the chart's own shape, the template's values over them.

Pure: what was built, where it answers and what the chart already says go in, one mapping comes out. No secret
passes through here; values end in Helm's release record.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy

from pydantic import JsonValue

from workflows import naming
from workflows.errors import ManifestError
from workflows.models import Payload
from workflows.models.messages import BuildImageResult

Values = dict[str, JsonValue]

_PLACEHOLDER = re.compile(
    r"(?<!\{)\{(?P<name>image|repository|digest|commit|short_commit|url|inner_url|host|namespace|environment"
    r"|project|branch|secrets_checksum|egress_proxy|tools_image|left_brace)(?:\.(?P<component>[a-z0-9-]+))?\}(?!\})"
)
"""Names outside this list and doubled braces stay as they are: values hold JSON and templates too."""
_OF_IMAGES = ("image", "repository", "digest")


class ValueFacts(Payload):
    """What values may speak of."""

    commit: str
    url: str
    """Public URL of the environment."""
    inner_url: str
    """The one under which its own pods reach it (ENV-025); the public one where that will do."""
    host: str
    namespace: str
    environment: str
    project: str
    branch: str = ""
    secrets_checksum: str = ""
    """Of the content of the environment's secrets, as `joined_checksums` makes it; empty when it has none."""
    revision: str = ""
    """Short hash of the revision, by which Catalyst's own chart names jobs; empty for charts of others."""
    tools_image: str = ""
    """Image of the operator's with Git, a shell, and `nc` or bash, for containers of Catalyst's own in a pod."""
    images: tuple[BuildImageResult, ...] = ()
    """The first is the one that `image` without a component means."""

    @property
    def egress_proxy(self) -> str:
        """URL of the environment's egress proxy; there is one where host names are opened (T-5)."""
        return naming.egress_proxy_url(self.namespace)


def release_values(
    facts: ValueFacts,
    template: Mapping[str, JsonValue],
    *,
    chart: Mapping[str, JsonValue] | None = None,
    schema: Mapping[str, JsonValue] | None = None,
) -> Values:
    """Everything given to Helm. `chart` is the chart's own values.yaml, `schema` its values.schema.json.

    Defaults never name a key that a closed schema refuses. Raises ManifestError for an image that nothing builds.
    """
    defaults = allowed_by(default_values(facts, chart or {}), schema or {})
    return merge(defaults, resolve(facts, dict(template)))


def default_values(facts: ValueFacts, chart: Mapping[str, JsonValue]) -> Values:
    """`image`, one `image` a component where the chart has one, and `global.catalyst`."""
    known: dict[str, JsonValue] = {
        "commit": facts.commit,
        "url": facts.url,
        "innerUrl": facts.inner_url,
        "host": facts.host,
        "environment": facts.environment,
        "project": facts.project,
        "branch": facts.branch,
        "images": {image.component: image.image for image in facts.images},
    }
    if facts.revision:
        known["revision"] = facts.revision
    values: Values = {}
    if facts.images:
        first = facts.images[0]
        known["image"] = first.image
        values["image"] = image_values(first, chart.get("image"))
    for image in facts.images:
        of_component = chart.get(image.component)
        if isinstance(of_component, Mapping) and "image" in of_component:
            values[image.component] = {"image": image_values(image, of_component["image"])}
    values["global"] = {"catalyst": known}
    return values


def image_values(image: BuildImageResult, found: JsonValue = None) -> JsonValue:
    """The image by digest, in the shape that the chart's own `image` has.

    Charts mostly render `{repository}:{tag}`, which gives a digest when the repository ends in `@sha256` and
    the tag is its hexadecimal part. Those with a `digest` key render `{repository}@{digest}`.
    """
    if isinstance(found, str):
        return image.image
    keys = found if isinstance(found, Mapping) else {}
    registry, _, path = image.repository.partition("/")
    repository = path if "registry" in keys else image.repository
    shaped: dict[str, JsonValue] = {"registry": registry} if "registry" in keys else {}
    if "digest" in keys:
        return {**shaped, "repository": repository, "digest": image.digest}
    algorithm, _, hexadecimal = image.digest.partition(":")
    name = "name" if "name" in keys and "repository" not in keys else "repository"
    return {**shaped, name: f"{repository}@{algorithm}", "tag": hexadecimal}


def allowed_by(values: Values, schema: Mapping[str, JsonValue]) -> Values:
    """`values` without the top-level keys that the schema is closed to: a chart need not know of Catalyst."""
    properties = schema.get("properties")
    if schema.get("additionalProperties") is not False or not isinstance(properties, Mapping):
        return values
    return {key: value for key, value in values.items() if key in properties}


def fill(facts: ValueFacts, text: str, path: str) -> str:
    """`text` with its placeholders replaced; `path` says in errors where it stands. Raises ManifestError."""
    return _PLACEHOLDER.sub(lambda found: _word(facts, found, path), text)


def fill_known(known: Mapping[str, str], text: str) -> str:
    """`text` with those placeholders replaced that there is a word for already; the others stay."""
    return _PLACEHOLDER.sub(lambda found: known.get(found[0][1:-1], found[0]), text)


def has_placeholder(text: str) -> bool:
    return _PLACEHOLDER.search(text) is not None


def escaped(text: str) -> str:
    """What `fill` makes `text` of, without a placeholder replaced: for texts of files that know nothing of Catalyst."""
    return _PLACEHOLDER.sub(lambda found: f"{{left_brace}}{found[0][1:]}", text)


def resolve(facts: ValueFacts, value: Values) -> Values:
    """`value` with every placeholder in its strings replaced; keys stay as they are."""
    return {key: _resolved(facts, item, key) for key, item in value.items()}


def _resolved(facts: ValueFacts, value: JsonValue, path: str) -> JsonValue:
    match value:
        case str():
            return fill(facts, value, path)
        case dict():
            return {key: _resolved(facts, item, f"{path}.{key}") for key, item in value.items()}
        case list():
            return [_resolved(facts, item, f"{path}[{at}]") for at, item in enumerate(value)]
        case _:
            return value


def _word(facts: ValueFacts, found: re.Match[str], path: str) -> str:
    name, component = found["name"], found["component"]
    if name in _OF_IMAGES:
        return str(getattr(_image(facts.images, component, found[0], path), name))
    if name == "secrets_checksum":
        return checksum_of(facts.secrets_checksum, component or "")
    if component:
        return found[0]
    if name == "left_brace":
        return "{"
    return facts.commit[:7] if name == "short_commit" else str(getattr(facts, name))


def _image(
    images: Sequence[BuildImageResult], component: str | None, text: str, path: str
) -> BuildImageResult:
    for image in images:
        if component in (None, image.component):
            return image
    built = ", ".join(image.component for image in images) or "none"
    raise ManifestError(
        f"value `{path}` asks for {text}, which no build makes (built: {built})",
        hint="Name a component of the template's builds, or add a build for it.",
    )


def joined_checksums(own: str, made: Mapping[str, str]) -> str:
    """One text for the checksum of the project's secrets and those of Secrets made up for services, by name."""
    return " ".join(filter(None, (own, *(f"{name}={made[name]}" for name in sorted(made)))))


def checksum_of(joined: str, secret: str = "") -> str:
    """The reverse: of one Secret by name, or of the project's secrets; empty where there is none."""
    for part in joined.split():
        name, _, checksum = part.rpartition("=")
        if name == secret:
            return checksum
    return ""


def merge(under: Mapping[str, JsonValue], over: Mapping[str, JsonValue]) -> Values:
    """`over` on top of `under`: mappings key by key, everything else replaced, as Helm merges its files.

    A null in `over` stays: Helm takes it as "remove the chart's default".
    """
    merged: Values = deepcopy(dict(under))
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = merge(below, value)
        else:
            merged[key] = deepcopy(value)
    return merged
