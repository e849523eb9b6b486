"""Where kompose and we differ, and why."""

REFUSED = {
    "compose-counter": ("mine.env: no such file", "it wants a file that `required: false` allows to be missing"),
    "compose-django-celery": (".env not found", "people rarely commit that file: we say that it is missing, and go on"),
}  # fmt: skip
"""File of the corpus to words of kompose's refusal, and why we plan it nevertheless."""

_FROM_IMAGE = "it makes a claim of an anonymous volume; with us what the image has there serves"
_REFERENCE = "it turns `$NAME` of a command into Kubernetes' `$(NAME)`; the container's shell is to read it as it stands"
_ADDRESS = "the address of the preview is filled in, which only we know"
_DNS = "names with `_` are no host names in Kubernetes: we change them in variables too"

DIFFERENCES = {
    "compose-caddy": {
        "caddy.claims": "it makes a claim of a file that is not there; we leave it out and say so"
    },
    "compose-dev-dockerfile": {"web.claims": _FROM_IMAGE},
    "compose-interpolation": {"web.command": _REFERENCE, "web.env": _ADDRESS},
    "compose-laravel-nginx": {"php-fpm.env": _DNS},
    "compose-limits": {"db.claims": "it makes a claim of a volume of type `tmpfs`"},
    "compose-mern": {"client.env": _ADDRESS, "client.claims": _FROM_IMAGE},
    "compose-names": {
        "1st.service": "names of the chart begin with a letter",
        "x-1st.service": "the same one",
        "front-end.env": _DNS,
    },
    "compose-newspaper": {"founding.command": _REFERENCE, "press.command": _REFERENCE},
    "compose-ports": {"metrics.ports": "it reads a range of `expose` as port 0"},
    "compose-rails": {"web.claims": _FROM_IMAGE},
}
"""File of the corpus to `service.feature`, each with the reason."""
