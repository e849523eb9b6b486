"""Code that is a directory of the node, where an operator allowed it (ENV-005): for whoever asks for an environment to work
in, and never for a pull request."""

from workflows.planning.plans.case import Case, Way

SETTING = "CATALYST_WORKER_DEVELOPMENT_DIRECTORIES"


def is_on_host(case: Case) -> bool:
    """Whether it is asked for and may be."""
    return case.request.is_on_host and not _why_not(case)


def note_directory(case: Case, way: Way) -> None:
    """A problem where it is asked for and cannot be."""
    if not case.request.is_on_host:
        return
    if problem := _why_not(case):
        case.problems.append(problem)
    elif way.development is None:
        case.problems.append(
            "A directory of the node is worked on in development mode alone, and here images are deployed: remove `builds` "
            "and the environment's own image, or ask for the environment without `on_host`."
        )


def _why_not(case: Case) -> str:
    request = case.request
    if request.number or not (request.is_trusted and request.is_development):
        return (
            "The code of a pull request never runs on a directory of the node: whoever may push would write to what belongs "
            "to an operator. Ask for an environment of the branch instead."
        )
    if not request.has_directory:
        return (
            f"No directory of the node is named for the project `{request.project.key}`: an operator does that with "
            f"`{SETTING}`; or ask for the environment without `on_host`."
        )
    return ""
