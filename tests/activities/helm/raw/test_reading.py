"""Files of manifests -> objects and the templates of a chart, or what is wrong with them, by file and line."""

import re
from pathlib import Path

import pytest
import yaml

from activities.documents import MAX_BYTES
from activities.helm.raw import wrap
from activities.helm.raw.manifests import MAX_OBJECTS, read_manifests
from tests.activities.helm.raw.reading import problems, read
from workflows.errors import ManifestError

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n"


def config(name: str) -> str:
    return CONFIG.format(name=name)


@pytest.mark.spec("ENV-015")
def test_every_document_of_every_file_is_an_object(tmp_path: Path) -> None:
    manifests = read(
        tmp_path,
        {
            "k8s/all.yaml": f"# settings\n---\n{config('a')}---\n# nothing\n---\n{config('b')}",
            "k8s/one.json": '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "c"}}',
            "k8s/list.yml": "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n"
            "  metadata:\n    name: d\n",
        },
    )
    names = [(item.kind, item.name, item.problem((), "").line) for item in manifests.objects]
    assert names == [
        ("ConfigMap", "a", 3),
        ("ConfigMap", "b", 10),
        ("Secret", "c", 1),
        ("Service", "d", 4),
    ]
    assert manifests.problems == ()


def test_a_field_of_an_item_in_a_list_has_its_own_line(tmp_path: Path) -> None:
    text = "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: d}\n"
    (item,) = read(tmp_path, {"a.yaml": f"{text}  spec:\n    ports:\n    - port: 1\n"}).objects
    assert item.problem(("spec", "ports", 0, "port"), "x").line == 9
    assert item.problem(("spec", "ports", 7, "port"), "x").line == 8


@pytest.mark.spec("ENV-015")
def test_scalars_reach_the_cluster_as_they_were_written(tmp_path: Path) -> None:
    text = f"{config('a')}data: &d\n  mode: 0644\n  on: yes\n  day: 2026-01-02\nagain: *d\n"
    (item,) = read(tmp_path, {"a.yaml": text}).objects
    assert item.body.endswith("  mode: 0644\n  on: yes\n  day: 2026-01-02\nagain: *id001\n")


@pytest.mark.spec("EC-2")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- 1\n", "k8s/a.yaml:1: is no Kubernetes object: a mapping with"),
        ("kind: Pod\n", "k8s/a.yaml:1: is no Kubernetes object: `apiVersion` is missing"),
        ("apiVersion: v1\nkind: 5\n", "k8s/a.yaml:2: is no Kubernetes object: `kind` is missing or no text"),
        ("apiVersion: v1\nkind: Pod\n", "k8s/a.yaml:1: Pod: `metadata.name` is missing"),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: 12\n", "k8s/a.yaml:4: Pod: `metadata.name` is"),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: a-\n", "k8s/a.yaml:3: Pod: .*generateName"),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", "k8s/a.yaml:2: .*kustomize build"),
        ("apiVersion: v1\nkind: List\n<<: {items: [1]}\n", "k8s/a.yaml:3: the items of a List"),
        ("a: 1\n---\na: [\n", "k8s/a.yaml:4: is not valid YAML"),
        ("a: !ruby/object 1\n", "k8s/a.yaml:1: the tag"),
        (b"a: \xff\n", "k8s/a.yaml:1: is not UTF-8"),
        (" " * (MAX_BYTES + 1), "k8s/a.yaml:1: is larger than 256 KiB"),
        ("image: '{image.api}'\n", "k8s/a.yaml:1: .*which no build makes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_and_line(
    text: str | bytes, problem: str, tmp_path: Path
) -> None:
    found = problems(read(tmp_path, {"k8s/a.yaml": text}))
    assert len([line for line in found if line.startswith("k8s/a.yaml:")]) == len(found)
    assert any(re.match(problem, line) for line in found), found


@pytest.mark.spec("EC-2")
def test_one_bad_file_does_not_hide_what_is_wrong_with_the_others(tmp_path: Path) -> None:
    found = problems(read(tmp_path, {"a.yaml": "a: [\n", "b.yaml": "- 1\n", "c.yaml": config("c")}))
    assert [line.partition(":")[0] for line in found] == ["a.yaml", "b.yaml"]


def test_a_missing_file_and_a_link_out_of_the_repository_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "out.yaml").symlink_to("/etc/hostname")
    (root / "loop.yaml").symlink_to("loop.yaml")
    manifests = read_manifests(root, ("gone.yaml", "out.yaml", "loop.yaml"), str)
    assert problems(manifests) == [
        "gone.yaml:1: is no file of this commit",
        "out.yaml:1: leads out of the repository",
        "loop.yaml:1: is no file of this commit",
    ]


def test_more_objects_than_an_environment_takes_are_refused_with_the_limit(tmp_path: Path) -> None:
    text = "---\n".join(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n" for _ in range(MAX_OBJECTS + 1)
    )
    with pytest.raises(ManifestError, match=rf"a\.yaml:1: .*more than {MAX_OBJECTS} objects"):
        read(tmp_path, {"a.yaml": text})


def test_more_text_than_a_release_can_hold_is_refused_with_the_limit(tmp_path: Path) -> None:
    text = f"# {'x' * (MAX_BYTES - 3)}\n"
    with pytest.raises(ManifestError, match=r"e\.yaml:1: .*larger than 1024 KiB"):
        read(tmp_path, {f"{name}.yaml": text for name in "abcde"})


@pytest.mark.spec("ENV-015")
def test_a_chart_of_manifests_has_one_template_a_document_with_the_lines_of_its_file(
    tmp_path: Path,
) -> None:
    text = f"# settings\n{config('a')}data:\n  t: '{{{{ .Values.x }}}}'\n---\n  {{kind: Pod, apiVersion: v1}}\n"
    manifests = read(tmp_path, {"k8s/_all.yaml": text})
    chart = wrap(manifests, tmp_path / "chart")
    assert dict(chart.sources) == {
        "templates/0001.yaml": "k8s/_all.yaml",
        "templates/0002.yaml": "k8s/_all.yaml",
    }
    assert chart.origin("manifests/templates/0002.yaml") == "k8s/_all.yaml"
    first, second = (chart.read(f"manifests/{name}") for name in chart.sources)
    assert first.splitlines()[6] == """  t: '{{"{{"}} .Values.x }}'"""
    assert second.splitlines()[8] == "  {kind: Pod, apiVersion: v1}"


def test_json_is_given_to_helm_as_yaml_takes_it(tmp_path: Path) -> None:
    text = '{\t"apiVersion": "v1",\n\t"kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": "\\ud83d\\ude00\\\\ud83d"}}'
    manifests = read(tmp_path, {"a.json": text})
    ((_, template),) = manifests.templates
    assert yaml.safe_load(template)["data"] == {"b": "\N{GRINNING FACE}\\ud83d"}
