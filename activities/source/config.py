"""`.catalyst.yaml` of a commit: its text, read without trusting it, or one failure naming everything that is wrong."""

from dataclasses import dataclass

from activities.documents import MAX_BYTES, DocumentError, TextError, decode, read_document
from activities.source.index import Index, Kind
from workflows.errors import PlanError
from workflows.repo_config import FILE_NAME, ConfigError, Marks, RepoConfig, parse_config
from workflows.repo_config.problems import nowhere

_LIKE_IT = frozenset({".catalyst.yaml", ".catalyst.yml", "catalyst.yaml", "catalyst.yml"})
"""What people call the file by mistake, in small letters."""


@dataclass(frozen=True)
class FoundConfig:
    """The configuration, None when there is none, and where in the file each part stands."""

    config: RepoConfig | None
    mark: Marks = nowhere


def config_file(index: Index) -> str:
    """Hash of the file's content; empty when there is none. Raises PlanError when it is no file of the repository."""
    place = index.resolve(FILE_NAME)
    if place.kind is Kind.FILE:
        return index.entries[place.path].oid
    if place.kind is Kind.DIRECTORY:
        raise _error(f"`{FILE_NAME}` is a directory; it must be a file.")
    if FILE_NAME in index.entries:
        where = "out of the repository" if place.kind is Kind.OUTSIDE else "nowhere"
        raise _error(f"`{FILE_NAME}` is a link that leads {where}; replace it by a file.")
    return ""


def read_config(data: bytes) -> FoundConfig:
    """The configuration in the file's first bytes, of which one more than `MAX_BYTES` is enough. Raises PlanError."""
    if len(data) > MAX_BYTES:
        raise _error(f"`{FILE_NAME}` is larger than {MAX_BYTES // 1024} KiB.")
    try:
        document = read_document(decode(data), FILE_NAME)
        config = parse_config(document.value, document.mark, document.written)
    except TextError as error:
        raise _error(f"`{FILE_NAME}` {error}.") from None
    except DocumentError as error:
        raise _error(str(error)) from None
    except ConfigError as error:
        raise PlanError(str(error), excerpt=error.excerpt, hint=error.hint) from None
    return FoundConfig(config, document.mark)


def misnamed(index: Index) -> list[str]:
    """Files at the root that were probably meant to be the configuration."""
    return [name for name in index.names(".") if name != FILE_NAME and name.lower() in _LIKE_IT]


def _error(problem: str) -> PlanError:
    return PlanError(problem, hint=ConfigError.hint)
