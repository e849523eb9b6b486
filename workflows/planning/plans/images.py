"""Images that others build (ENV-013): which one belongs to this commit."""

import re

from workflows.models import PrebuiltImage
from workflows.planning.plans.case import Case

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    r"([A-Za-z0-9.-]+(:[0-9]{1,5})?/)?"
    rf"{_PART}(/{_PART})*"
    r"(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?"
)
"""https://pkg.go.dev/github.com/distribution/reference, with sha256 as the only digest."""
_MAX_SLUG = 63
KNOWN = ("sha", "short_sha", "branch_slug", "number")


def images_of(case: Case) -> tuple[PrebuiltImage, ...]:
    """The template's prebuilt images with their tags filled in; what stands against one is noted."""
    images = case.template.images
    components = [each.component for each in images]
    case.problems.extend(
        f"Two prebuilt images of the template `{case.key}` are called `{name}`; give each a name of its own."
        for name in dict.fromkeys(components)
        if components.count(name) > 1
    )
    return tuple(filled(case, each) for each in images)


def is_reference(text: str) -> bool:
    """Whether a container runtime takes it as the name of an image."""
    return _REFERENCE.fullmatch(text) is not None


def branch_slug(branch: str) -> str:
    """As GitLab's `CI_COMMIT_REF_SLUG`, the best known: lower case, `-` for all else, at most 63 characters.

    https://docs.gitlab.com/ci/variables/predefined_variables/
    """
    return re.sub(r"[^a-z0-9]", "-", branch.lower())[:_MAX_SLUG].strip("-")


def filled(case: Case, image: PrebuiltImage) -> PrebuiltImage:
    """The image with its placeholders filled in; what stands against it is noted."""
    known = {
        "sha": case.request.commit,
        "short_sha": case.request.commit[:7],
        "branch_slug": branch_slug(case.request.branch),
        "number": str(case.request.number or ""),
    }
    problems = [
        _problem(image, name, known)
        for name in dict.fromkeys(_PLACEHOLDER.findall(image.image))
        if not known.get(name)
    ]
    reference = _PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), image.image)
    if not problems and not is_reference(reference):
        problems.append(
            f"`{reference}` of the component `{image.component}` is no image reference; write "
            "`registry/repository:tag` or `registry/repository@sha256:…`."
        )
    case.problems.extend(problems)
    if not problems:
        check = f", once the check `{image.check}` has succeeded" if image.check else ""
        case.story.because(f"Image `{image.component}` is `{reference}`{check}")
    return image.model_copy(update={"image": reference})


def _problem(image: PrebuiltImage, name: str, known: dict[str, str]) -> str:
    subject = f"`{image.image}` of the component `{image.component}`"
    if name not in known:
        listed = ", ".join(f"`{{{each}}}`" for each in KNOWN)
        return f"{subject} holds `{{{name}}}`, which stands for nothing; known are {listed}."
    what = "a pull request" if name == "number" else "a branch whose name has letters or digits"
    return f"{subject} holds `{{{name}}}`, and this environment does not belong to {what}."
