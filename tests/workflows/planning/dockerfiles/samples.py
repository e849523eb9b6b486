"""The smallest repository of each language, and the Dockerfile that is generated for one."""

from tests.workflows.planning.detection.trees import tree_of
from workflows.planning.detection import understand
from workflows.planning.dockerfiles import Generated, generate

NODE = {"package.json": '{"scripts": {"start": "node server.js"}}', "server.js": ""}
FLASK = {"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": "flask"}
GO = {
    "go.mod": "module shop\n\ngo 1.22\n",
    "main.go": 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":80", nil) }\n',
}


def made(files: dict[str, str]) -> Generated:
    tree = tree_of(files)
    return generate(understand(tree).application, tree)
