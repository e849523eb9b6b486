"""Container images made here from programs and distribution packages, without any engine."""
