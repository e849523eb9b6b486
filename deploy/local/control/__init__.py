"""Catalyst's own processes on this machine: Temporal, local GitHub, API and worker.

They run beside the cluster, not in it, so that a change to the code is a restart of seconds.
"""
