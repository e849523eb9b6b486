"""What holds for every plan: the same input gives the same, and nothing outside of the environment is named."""

import posixpath
from collections.abc import Iterator
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import JsonValue

from tests.workflows.planning.detection.test_properties import overrides, trees
from tests.workflows.planning.plans.cases import SCHEMA, asked, tree_of
from workflows import naming
from workflows.errors import UserMustFixError
from workflows.models import (
    BuildSettings,
    ChartFacts,
    DetectionOverrides,
    FileFacts,
    PrebuiltImage,
    RepositoryFacts,
    RepositoryTree,
    RevisionPlan,
    RouteSettings,
    Template,
)
from workflows.planning.plans import (
    PlanningRequest,
    Settled,
    make_plan,
    plan_diff,
    plan_text,
    settle,
)
from workflows.planning.plans.values import service_name

VALIDATOR = Draft202012Validator(SCHEMA)
words = st.sampled_from(("web", "api", "a/b", ".", "../x", "/etc", "{sha}", "x y"))
names = st.sampled_from(("web", "api", "jobs", "web", "api", "9", "a--b"))
secrets = st.sampled_from(((), (), ("TOKEN",), ("TOKEN", "KEY")))
builds = st.lists(
    st.builds(
        BuildSettings,
        component=names,
        context=words,
        dockerfile=words,
        secrets=st.sampled_from(((), (), ("TOKEN",))),
    ),
    max_size=2,
    unique_by=lambda build: build.component,
).map(tuple)
images = st.lists(
    st.builds(
        PrebuiltImage,
        component=names,
        image=st.sampled_from(("acme/shop:{sha}", "acme/jobs:{number}", "../x")),
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda image: image.component,
).map(tuple)
templates = st.builds(
    Template,
    type=st.sampled_from(
        ("auto", "auto", "helm", "dockerfile", "dockerfile", "image", "manifests")
    ),
    chart=words,
    builds=builds,
    images=st.just(()) | images,
    manifests=st.lists(
        st.sampled_from(("k8s/a.yaml", "b.json", "k8s", "../x.yaml", "/x.yaml")), max_size=2
    ).map(tuple),
    value_files=st.lists(words, max_size=1).map(tuple),
    secrets=secrets,
    variables=st.dictionaries(st.sampled_from(("A", "PORT")), words, max_size=2),
    route=st.builds(
        RouteSettings, service=st.sampled_from(("", "", "web", "kube-dns")), port=st.just(0)
    ),
)
environments = st.sampled_from(("pr-shop-7", "7", "x" * 63, "pr-" + "y" * 50))


@st.composite
def requests(draw: st.DrawFn) -> PlanningRequest:
    return asked(
        draw(templates),
        environment=draw(environments),
        is_trusted=draw(st.booleans()),
        overrides=draw(st.just(DetectionOverrides()) | overrides),
        image=draw(st.sampled_from(("", "", "acme/shop:{sha}", "../x"))),
    )


def described(settled: Settled, tree: RepositoryTree) -> RepositoryFacts:
    """As a checkout answers in which everything is there that is inside of it."""

    def is_inside(path: str) -> bool:
        plain = posixpath.normpath(path or ".")
        return not plain.startswith(("/", "../")) and plain != ".."

    named = [*settled.files, *settled.directories]
    named += [path for path in tree.paths if posixpath.dirname(path) in settled.directories]
    return RepositoryFacts(
        commit=settled.draft.commit,
        charts=tuple(
            ChartFacts(path=path, is_present=True, is_inside=is_inside(path))
            for path in settled.charts
        ),
        files=tuple(
            FileFacts(path=path, is_present=True, is_inside=is_inside(path)) for path in named
        ),
    )


def planned(request: PlanningRequest, tree: RepositoryTree) -> RevisionPlan | None:
    """None where it is refused, which people can read."""
    try:
        settled = settle(request, tree, None)
        return make_plan(settled, described(settled, tree))
    except UserMustFixError as error:
        refusal = error
    assert str(refusal)
    assert refusal.hint
    return None


def paths_of(plan: RevisionPlan) -> Iterator[str]:
    for build in plan.builds:
        yield build.context
        if not build.generated:
            yield build.dockerfile
    if plan.release.source == "repository":
        yield plan.release.chart
    yield from plan.release.value_files
    yield from plan.release.manifests


def leaves(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield str(value)


TWO = asked(
    Template(
        type="dockerfile",
        builds=(BuildSettings(), BuildSettings(component="api", dockerfile="api/Dockerfile")),
    )
)
EXPOSED = {"Dockerfile": "FROM x\nEXPOSE 80\n", "api/Dockerfile": "FROM x\nEXPOSE 81\n"}


@settings(max_examples=200, deadline=None)
@given(request=requests(), tree=trees())
@example(TWO, tree_of(EXPOSED))
def test_a_plan_never_names_anything_outside_of_its_environment(
    request: PlanningRequest, tree: RepositoryTree
) -> None:
    plan = planned(request, tree)
    if plan is None:
        return
    assert plan.release.name == naming.release_name(request.environment)
    for path in paths_of(plan):
        plain = posixpath.normpath(path or ".")
        assert not plain.startswith(("/", "../"))
        assert plain != ".."
    granted = request.project.templates[plan.template].secrets if request.is_trusted else ()
    assert set(plan.secrets) <= set(granted)
    assert {name for build in plan.builds for name in build.secrets} <= set(granted)
    if plan.release.source != "catalyst":
        return
    VALIDATOR.validate(plan.release.values)
    components = plan.release.values["components"]
    assert isinstance(components, dict)
    services = {service_name(plan.release.name, name) for name in components}
    assert plan.route.service in {"", *services}
    assert {"namespace", "hostPath", "hosts"}.isdisjoint(leaves(plan.release.values))
    images = {each.component for each in plan.builds} | {each.component for each in plan.images}
    for name, component in components.items():
        assert isinstance(component, dict)
        assert name in images or component["image"]
    assert images <= components.keys()


@settings(max_examples=80, deadline=None)
@given(request=requests(), tree=trees(), shuffled=st.randoms(use_true_random=False))
def test_the_same_input_gives_the_same_plan_in_whatever_order_files_are_listed(
    request: PlanningRequest, tree: RepositoryTree, shuffled: Random
) -> None:
    order = list(tree.paths)
    shuffled.shuffle(order)
    other = RepositoryTree(
        paths=tuple(order),
        texts=dict(reversed(tree.texts.items())),
        documents=dict(reversed(tree.documents.items())),
        problems=tree.problems,
    )
    plan, again = planned(request, tree), planned(request, other)
    assert plan == again
    if plan is None:
        return
    assert RevisionPlan.model_validate_json(plan.model_dump_json()) == plan
    assert plan_text(plan).count("\n\n\n") == 0
    assert plan_diff(plan, plan) == ""
