"""Images that are placeholders for what was built; nothing else of a manifest is touched."""

import pytest

from activities.helm.raw.images import fill_images


def fill(text: str) -> str:
    return fill_images(text, lambda placeholder, line: f"<{placeholder} {line}>")


@pytest.mark.spec("ENV-015")
@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ("image: {image}", 'image: "<{image} 1>"'),
        ("image: '{image.web}'  # ours", 'image: "<{image.web} 1>"  # ours'),
        ('- {"image": "{image.my-app}", "x": 1}', '- {"image": "<{image.my-app} 1>", "x": 1}'),
        ("a:\n  b:\n  - image: { image.web }", 'a:\n  b:\n  - image: "<{image.web} 3>"'),
        ("- image: &i '{image}'\n- image: *i", '- image: &i "<{image} 1>"\n- image: *i'),
        ("a: 1\n---\nimage: {image}\n", 'a: 1\n---\nimage: "<{image} 3>"\n'),
    ],
)
def test_an_image_that_is_a_placeholder_is_replaced_in_its_place(written: str, filled: str) -> None:
    assert fill(written) == filled


@pytest.mark.spec("ENV-015")
@pytest.mark.parametrize(
    "text",
    [
        "image: nginx",
        "image: x{image}",
        "image: '{image}:latest'",
        "image: '{{image}}'",
        "image: '{commit}'",
        "image: {image: {image: 1}}",
        "image: {image: web}",
        "name: '{image}'",
        "image: |\n  {image}\n",
        "data:\n  image: |\n    image: {image}\n",
        "image:\n  image:\n",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert fill(text) == text
