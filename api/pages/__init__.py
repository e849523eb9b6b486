"""Pages for people: routes, views of what operations answer, templates and what they refer to."""
