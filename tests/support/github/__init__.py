"""A GitHub on this machine: REST API, webhooks, git over HTTP and pages, for tests and the demo.

It behaves like GitHub where Catalyst depends on it, and misbehaves like GitHub on request. `server`
starts it, `client` talks to it; run `python -m tests.support.github --help` for the process.
"""
