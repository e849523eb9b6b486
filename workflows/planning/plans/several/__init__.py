"""Several repositories in one revision (ENV-016): each is planned by itself, then the plans become one."""
