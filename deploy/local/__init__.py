"""The local stack: a real single-node cluster and everything around it on one Linux machine.

`python -m deploy.local up` brings it up, `down` removes every trace of it. Each checkout of the
repository has its own stack (`instance.py`), so two of them on one machine do not meet.
"""
