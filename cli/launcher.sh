#!/bin/sh
# `make setup` puts this into .venv/bin as `catalyst`. -P: the directory it is called in may be anybody's checkout.
here=$(dirname "$(readlink -f "$0")")
PYTHONPATH="$here/../..${PYTHONPATH:+:$PYTHONPATH}" exec "$here/python" -P -m cli "$@"
