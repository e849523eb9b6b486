"""Renders `content/*.txt` (a title, then text) into `pages/index.html`. Argument: the name of the edition."""

import sys
from html import escape
from pathlib import Path
from string import Template


def main() -> None:
    entries = [path.read_text(encoding="utf-8") for path in sorted(Path("content").glob("*.txt"))]
    if not entries:
        sys.exit("content/ holds no .txt file: there is nothing to render")
    cards = []
    for entry in entries:
        title, _, text = entry.partition("\n")
        cards.append(f"<article><h2>{escape(title)}</h2><p>{escape(text.strip())}</p></article>")
    page = Template(Path("page.html").read_text(encoding="utf-8"))
    Path("pages").mkdir(exist_ok=True)
    # The commit is filled in when the page is served: equal content stays one image.
    text = page.safe_substitute(edition=escape(sys.argv[1]), cards="\n  ".join(cards))
    Path("pages/index.html").write_text(text, encoding="utf-8")
    print(f"pages/index.html: {len(cards)} birds")


if __name__ == "__main__":
    main()
