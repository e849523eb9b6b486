"""Examples that OpenAPI shows; a test keeps them valid."""

from typing import Any

_COMMIT = "4f2a9c0d1e7b6835a2c4d9e0f1b3a5c7d8e6f402"
_BACKUP = "db-20260302T030007Z"
_TIME = "2026-03-02T09:15:00Z"

_SUMMARY: dict[str, Any] = {
    "team": "web",
    "project": "web-shop",
    "environment": "pr-shop-12",
    "namespace": "web-shop-pr-shop-12",
    "repository": "acme/shop",
    "number": 12,
    "phase": "ready",
    "reason": "",
    "commit": _COMMIT,
    "branch": "larger-basket",
    "title": "Make the basket larger",
    "author": "ada",
    "url": "http://web-shop-pr-shop-12.localhost/",
    "serving_commit": _COMMIT,
    "created_at": _TIME,
    "updated_at": "2026-03-02T09:17:10Z",
    "links": {
        "page": "http://127.0.0.1:8080/environments/web-shop/pr-shop-12",
        "logs": "http://127.0.0.1:8080/environments/web-shop/pr-shop-12/logs",
        "pull_request": "https://github.com/acme/shop/pull/12",
        "commit": f"https://github.com/acme/shop/commit/{_COMMIT}",
        "workflow": "",
    },
}
_PROJECT: dict[str, Any] = {
    "key": "web-shop",
    "team": "web",
    "name": "shop",
    "sources": [
        {"name": "shop", "repository_id": 1001, "repository": "acme/shop", "installation": 7}
    ],
    "templates": {
        "development": {
            "type": "helm",
            "chart": "chart",
            "builds": [{"component": "web", "context": ".", "dockerfile": "Dockerfile"}],
            "health": {"path": "/healthz", "timeout_seconds": 120},
        }
    },
    "drafts": "skip",
}

_OVERRIDES: dict[str, Any] = {
    "project": "web-shop",
    "environment": "pr-shop-12",
    "start": "node server.js",
    "port": 8080,
    "variables": {"GREETING": "hello"},
    "set_by": "ada",
    "set_at": _TIME,
}
_TEMPLATE: dict[str, Any] = {
    "key": "web-shop",
    "template": "development",
    "settings": {"type": "auto", "application": {"start": "node server.js"}},
    "version": "8a6a6d3f0c1b2e47",
}
_NEXT = "Kept. Its environments take it up with their next push or redeploy."

ANSWERS: dict[str, dict[str, Any]] = {
    "list_environments": {"environments": [_SUMMARY], "total": 1, "limit": 100, "offset": 0},
    "get_environment": {
        **_SUMMARY,
        "standing": {
            "state": "fine",
            "actions": ["redeploy", "delete"],
            "workflow": "running",
            "cluster": "present",
        },
        "revisions": [
            {
                "number": 1,
                "id": "rev:web-shop:pr-shop-12:0a1b2c3d:1",
                "commit": _COMMIT,
                "state": "succeeded",
                "created_at": _TIME,
                "finished_at": "2026-03-02T09:17:10Z",
                "trigger": "opened",
            }
        ],
        "decisions": [],
    },
    "get_logs": {
        "source": "live",
        "containers": [
            {
                "pod": "shop-6c9d7b5f4-x2x7k",
                "container": "web",
                "state": "running",
                "lines": ["listening on :8080"],
            }
        ],
    },
    "retry": {"message": "Revision 3 is being tried again.", "phase": "pending"},
    "redeploy": {"message": "The head commit is being deployed again.", "phase": "pending"},
    "reset_service": {"message": "reset accepted", "phase": "ready"},
    "list_backups": {
        "services": [
            {
                "service": "db",
                "schedule": "0 3 * * *",
                "backups": [
                    {
                        "name": _BACKUP,
                        "service": "db",
                        "at": "2026-03-02T03:00:07Z",
                        "bytes": 48_213,
                    }
                ],
            }
        ]
    },
    "back_up_service": {
        "message": "`db` is being backed up; how it ends stands among the decisions",
        "phase": "ready",
    },
    "restore_backup": {"message": "restore accepted", "phase": "ready"},
    "create_agent_environment": {
        "project": "web-shop",
        "environment": "agent-shop-basket",
        "is_new": True,
        "message": "agent-shop-basket is being made: branch `larger-basket` of acme/shop",
        "page": "http://127.0.0.1:8080/environments/web-shop/agent-shop-basket",
    },
    "execute": {
        "component": "web",
        "pod": "shop-6c9d7b5f4-x2x7k",
        "exit_code": 0,
        "is_timed_out": False,
        "seconds": 0.21,
        "stdout": {"text": "package.json\n", "bytes": 13, "is_cut": False},
        "stderr": {"text": "", "bytes": 0, "is_cut": False},
        "message": "ended with exit code 0",
    },
    "delete": {"message": "The environment is being removed.", "phase": "deleting"},
    "approve": {"message": f"Commit {_COMMIT[:7]} may run.", "phase": "pending"},
    "get_overrides": _OVERRIDES,
    "set_overrides": {
        "overrides": _OVERRIDES,
        "changed": ["start", "port", "variables.GREETING"],
        "is_redeploying": True,
        "message": "Kept. The environment is deployed again now.",
    },
    "reset_overrides": {
        "overrides": {"project": "web-shop", "environment": "pr-shop-12"},
        "changed": ["start", "port", "variables.GREETING"],
        "is_redeploying": True,
        "message": "Kept. The environment is deployed again now.",
    },
    "list_projects": {"projects": [_PROJECT]},
    "get_project": _PROJECT,
    "put_project": {"project": _PROJECT, "is_new": True},
    "get_template": _TEMPLATE,
    "put_template": {**_TEMPLATE, "changed": ["type"], "message": _NEXT},
    "set_template_overrides": {
        **_TEMPLATE,
        "changed": ["application.start"],
        "message": _NEXT,
    },
    "reset_template_overrides": {
        **_TEMPLATE,
        "settings": {"type": "auto"},
        "changed": ["application.start"],
        "message": _NEXT,
    },
}
"""By operation: what success looks like."""

BODIES: dict[str, dict[str, Any]] = {
    "approve": {"commit": _COMMIT},
    "restore_backup": {"backup": _BACKUP},
    "create_agent_environment": {"branch": "larger-basket", "name": "basket"},
    "execute": {"command": ["ls", "-1"], "directory": "web", "timeout_seconds": 30},
    "put_project": _PROJECT,
    "set_overrides": {
        "start": "node server.js",
        "port": 8080,
        "variables": {"GREETING": "hello", "DEBUG": None},
        "apply": True,
    },
    "reset_overrides": {"apply": True},
    "put_template": {"settings": _TEMPLATE["settings"], "version": ""},
    "set_template_overrides": {"start": "node server.js", "variables": {"GREETING": "hello"}},
}
"""By operation: what is sent."""

PROBLEM: dict[str, Any] = {
    "type": "urn:catalyst:problem:conflict",
    "title": "Conflict",
    "status": 409,
    "detail": "nothing has failed: revision 3 succeeded",
    "code": "CONFLICT",
}
