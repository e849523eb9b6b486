"""Of everything that was found the one application, and why each of the others is not it."""

from dataclasses import dataclass

from workflows.models import ApplicationKind, Candidate
from workflows.planning.detection.files import ROOT, folder_of
from workflows.planning.detection.places import Place
from workflows.planning.detection.proposal import Proposal, Rank, Standing

MAX_CANDIDATES = 30
_MAX_NAMED = 8


@dataclass(frozen=True)
class Choice:
    proposal: Proposal | None = None
    place: Place | None = None
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()
    """What was passed over, what it takes precedence over, and what else was found."""


def choose(places: list[Place], charts: list[Proposal], kind: ApplicationKind | None) -> Choice:
    """The surest proposal; of equals the one of the directory that is searched first, then by precedence."""
    found = [each for place in places for each in place.proposals] + charts
    wanted = [each for each in found if kind in (None, each.application.kind)]
    chosen = min(wanted, key=lambda each: each.standing, default=None)
    others = _others(found, chosen)
    foreign = [each for each in map(_foreign, places) if each]
    candidates = [_candidate(each, chosen, kind) for each in others] + foreign
    if chosen is None:
        return Choice(candidates=tuple(candidates[:MAX_CANDIDATES]))
    reasons = (
        *(_passed_over(found, chosen) if kind is None else ()),
        _precedence(others, chosen),
        _elsewhere(others, foreign, chosen),
    )
    return Choice(
        proposal=chosen,
        place=next((each for each in places if chosen in each.proposals), None),
        candidates=tuple(candidates[:MAX_CANDIDATES]),
        reasons=tuple(each for each in reasons if each),
    )


def _others(found: list[Proposal], chosen: Proposal | None) -> list[Proposal]:
    """Each file once; pages that are more likely a part of something else do not count beside it."""
    first: dict[str, Proposal] = {}
    covers = chosen.covers if chosen else ()
    covered = {folder_of(path) for path in covers if path} - {ROOT}
    for each in found:
        if each.path in covers or each.application.workdir in covered:
            continue
        is_part = each.rank is Rank.STATIC and (
            each.standing is Standing.ASIDE or (chosen is not None and _is_beside(each, chosen))
        )
        if chosen is None or (each.path != chosen.path and not is_part):
            first.setdefault(each.path, each)
    return list(first.values())


def _passed_over(found: list[Proposal], chosen: Proposal) -> list[str]:
    """Doubts about what would have come first without them."""
    before = found[: found.index(chosen)]
    return [f"{each.doubt[:-1]}, so it is passed over." for each in before if each.doubt]


def _precedence(others: list[Proposal], chosen: Proposal) -> str:
    beside = [
        f"`{each.path}`"
        for each in others
        if _is_beside(each, chosen) and each.rank > chosen.rank and not each.doubt
    ]
    return f"`{chosen.path}` takes precedence over {_listed(beside)}." if beside else ""


def _elsewhere(others: list[Proposal], foreign: list[Candidate], chosen: Proposal) -> str:
    away = [
        f"`{each.application.workdir}` ({each.title})"
        for each in others
        if not _is_beside(each, chosen)
        and each.rank is not Rank.CHART
        and each.standing is not Standing.WILL_NOT
    ]
    away += [f"`{each.workdir}` ({each.framework})" for each in foreign]
    away = list(dict.fromkeys(away))
    if not away:
        return ""
    return f"Other applications were found in {_listed(away)}; `workdir` chooses one of them."


def _candidate(each: Proposal, chosen: Proposal | None, kind: ApplicationKind | None) -> Candidate:
    return Candidate(
        kind=each.application.kind,
        workdir=each.application.workdir,
        path=each.path,
        framework=each.application.framework,
        reason=_why_not(each, chosen, kind),
    )


def _why_not(each: Proposal, chosen: Proposal | None, kind: ApplicationKind | None) -> str:
    if kind is not None and each.application.kind is not kind:
        return f"The kind is set to {kind}."
    if each.doubt or chosen is None:
        return each.doubt
    if _is_beside(each, chosen):
        return f"`{chosen.path}` takes precedence over `{each.path}`."
    folder = chosen.application.workdir
    where = "The root" if folder == ROOT else f"`{folder}`"
    return f"{where} is searched before `{each.application.workdir}`."


def _foreign(place: Place) -> Candidate | None:
    """A directory of which nothing but its unsupported language is known."""
    if place.unsupported is None or place.proposals:
        return None
    return Candidate(
        kind=ApplicationKind.NONE,
        workdir=place.folder,
        path=place.unsupported.path,
        framework=place.unsupported.title,
        reason=place.unsupported.reason,
    )


def _is_beside(each: Proposal, chosen: Proposal) -> bool:
    return each.application.workdir == chosen.application.workdir


def _listed(names: list[str]) -> str:
    shown, more = names[:_MAX_NAMED], len(names) - _MAX_NAMED
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
